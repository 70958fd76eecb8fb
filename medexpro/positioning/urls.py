"""Addresses of what the practice says of itself."""

from django.urls import path

from medexpro.positioning.views import brand, people, services, sheet

urlpatterns = [
    path("", sheet.index, name="index"),
    path("clarity/", sheet.clarity, name="clarity"),
    path("clarity/<slug:text_key>/", sheet.text, name="text"),
    path("clarity/<slug:text_key>/take/", sheet.take, name="take"),
    path("page/", sheet.open_page, name="open_page"),
    path("page/close/", sheet.close_page, name="close_page"),
    path("brand/", brand.brand, name="brand"),
    path("brand/letterhead.png", brand.letterhead, name="letterhead"),
    path("services/", services.services, name="services"),
    path("services/new/", services.add, name="add_service"),
    path("services/prices/", services.prices, name="prices"),
    path("services/menu/<slug:reader>/", services.menu, name="menu"),
    path("services/overview/", services.overview, name="overview"),
    path("services/<uuid:service_id>/", services.change, name="change_service"),
    path("services/<uuid:service_id>/move/", services.move, name="move_service"),
    path("services/<uuid:service_id>/retire/", services.retire, name="retire_service"),
    path("bios/", people.bios, name="bios"),
    path("bios/<uuid:member_id>/", people.bio, name="bio"),
    path("bios/<uuid:member_id>/print/", people.bio_pdf, name="bio_pdf"),
]
