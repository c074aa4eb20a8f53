"""The language server: what `dsl/language_server` and the engine know of rule files, spoken over the Language Server Protocol."""
