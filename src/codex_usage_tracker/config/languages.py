"""The languages that the page speaks."""

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "ru", "vi", "ar", "ja", "ko", "zh-Hans")


def nearest(name: str) -> str | None:
    """Return the language that a name means: that of pt-BR or zh_CN.UTF-8 is its first part."""
    tongue = name.lower().replace("_", "-").partition("-")[0]
    return next((one for one in LANGUAGES if one.partition("-")[0] == tongue), None)
