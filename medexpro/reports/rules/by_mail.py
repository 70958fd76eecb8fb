"""Whether a document with health data may leave by e-mail: section 7's rule as one function."""


def email_obstacle(*, server_is_safe: bool, address: str, is_secure: bool, released: bool) -> str:
    """Return the sentence why a document may not go by e-mail; empty when it may.

    server_is_safe: a mail server is set up and speaks TLS (the demo's folder counts: nothing leaves it).
    is_secure: the address is marked as safe for health data. released: the client's release of information to
    providers is on file and not withdrawn.
    """
    instead = "Use a link, fax or print."
    if not address:
        return f"The provider has no e-mail address here. {instead}"
    if not server_is_safe:
        return f"No mail server with TLS is set up, so health data can’t leave by e-mail. {instead}"
    if not is_secure:
        return f"This address is not marked as secure for health data. {instead}"
    if not released:
        return f"There is no release of information to providers on file for this client. {instead}"
    return ""
