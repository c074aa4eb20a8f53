"""Reports as files. A format is a module that makes text of a report; nothing here reads a store."""
