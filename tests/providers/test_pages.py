"""The pages of providers."""

import json

import pytest
from django.urls import reverse

from medexpro.providers import operations
from medexpro.providers.models import Provider
from tests.conftest import MORNING
from tests.pages import form_of, text_of


def test_providers_are_found_by_name_specialty_and_workplace(cast, sign_in):
    operations.change(cast.dr_raman, organisation_name="Lakeside Orthopedics", by=cast.ben, at=MORNING)
    browser = sign_in(cast.ben)
    for typed in ("ram", "priya raman", "ortho", "lakeside"):
        found = json.loads(browser.get(reverse("providers:find"), {"q": typed}).content)["found"]
        assert [offer["label"] for offer in found] == ["Priya Raman, MD"], typed
    for typed in ("", "zzz", "%", "\x00"):
        assert json.loads(browser.get(reverse("providers:find"), {"q": typed}).content)["found"] == []
    assert json.loads(sign_in(cast.dana).get(reverse("providers:find"), {"q": "ram"}).content)["found"] == []


def test_a_wrong_npi_is_said_at_its_field(cast, sign_in):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(reverse("providers:add"))) | {"family_name": "Osei", "npi": "1234567890"}
    response = browser.post(reverse("providers:add"), given)
    assert "The last digit does not fit the others." in text_of(response)
    for _ in range(2):
        browser.post(reverse("providers:add"), given | {"npi": "123 456-7893"})
    assert Provider.objects.get(family_name="Osei").npi == "1234567893"


def test_two_tabs_on_one_provider(cast, sign_in):
    url = reverse("providers:change", args=[cast.dr_raman.pk])
    ben, ana = sign_in(cast.ben), sign_in(cast.ana)
    bens, anas = form_of(ben.get(url)), form_of(ana.get(url))
    ben.post(url, bens | {"organisation_name": "Lakeside"})
    response = ana.post(url, anas | {"phone": "555-0199"})
    assert "they wrote “Lakeside”" in text_of(response)
    ana.post(url, form_of(response))
    stored = Provider.objects.get(pk=cast.dr_raman.pk)
    assert (stored.phone, stored.organisation.name) == ("555-0199", "Lakeside")


@pytest.mark.parametrize(("person", "status"), [("ben", 200), ("ana", 200), ("bill", 403), ("asa", 403)])
def test_who_may_change_providers(cast, sign_in, person, status):
    url = reverse("providers:change", args=[cast.dr_raman.pk])
    assert sign_in(cast.members[person]).get(url).status_code == status


def test_another_practices_provider_is_not_found(cast, sign_in):
    assert sign_in(cast.dana).get(reverse("providers:show", args=[cast.dr_raman.pk])).status_code == 404


def test_what_a_provider_asked_not_to_get_is_kept_and_said(cast, sign_in):
    ben, url = sign_in(cast.ben), reverse("providers:change", args=[cast.dr_raman.pk])
    show = reverse("providers:show", args=[cast.dr_raman.pk])
    assert "All documents; a progress report every 30 days" in text_of(ben.get(show))
    given = form_of(ben.get(url)) | {"unwanted_documents": ["introductory_letter"], "report_days": "14"}
    assert ben.post(url, given).status_code == 302
    assert "All documents but introductory letter; a progress report every 14 days" in text_of(ben.get(show))
    refused = ben.post(url, form_of(ben.get(url)) | {"report_days": "45"})
    assert "runs from 7 to 30" in text_of(refused)
