"""Figures that leave the building. They read the store and plain values; nothing to their left knows of them."""
