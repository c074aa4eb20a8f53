"""The web app: what a browser may ask of the product. Needs the extra `web`."""
