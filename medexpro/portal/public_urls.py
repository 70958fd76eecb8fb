"""Addresses anybody may open: a practice's public page, its lead form, and the page on which a provider refers."""

from typing import Any

urlpatterns: list[Any] = []
