"""What was done stands on the next page, and in no cookie: it names clients."""

from tests.pages import text_of


def test_a_toast_is_kept_by_the_server_and_goes_with_the_sign_in(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    browser = sign_in(cast.ana)
    answer = browser.post(f"/clients/{cast.janet.pk}/archive/")
    assert not [cookie for cookie in answer.cookies.values() if "Janet" in cookie.value]
    assert "messages" not in browser.cookies
    assert "Janet Ellery is archived." in text_of(browser.get("/clients/"))
    browser.post(f"/clients/{cast.janet.pk}/archive/")
    browser.post("/accounts/logout/")
    assert "Janet Ellery" not in text_of(browser.get("/accounts/login/"))
