"""MedExPRO: the system a medical exercise practice runs on."""

__version__ = "0.1.0"
