from django.urls import path

from medexpro.clients.views import chart, effects, health, papers, people, sheets

app_name = "clients"
urlpatterns = [
    path("", people.clients, name="list"),
    path("find/", people.find, name="find"),
    path("add/", people.add, name="add"),
    path("lists/", sheets.upload, name="import_list"),
    path("lists/<uuid:sheet_id>/", sheets.sheet, name="list_of_clients"),
    path("lists/<uuid:sheet_id>/left/", sheets.left, name="rows_left"),
    path("<uuid:client_id>/", chart.show, name="show"),
    path("<uuid:client_id>/trail/", chart.trail, name="trail"),
    path("<uuid:client_id>/details/", people.details, name="details"),
    path("<uuid:client_id>/people/", people.people, name="people"),
    path("<uuid:client_id>/contacts/add/", people.add_contact, name="add_contact"),
    path("contacts/<uuid:contact_id>/", people.contact, name="contact"),
    path("contacts/<uuid:contact_id>/remove/", people.remove_contact, name="remove_contact"),
    path("contacts/<uuid:contact_id>/restore/", people.restore_contact, name="restore_contact"),
    path("assignments/<uuid:assignment_id>/end/", people.end_assignment, name="end_assignment"),
    path("<uuid:client_id>/archive/", people.archive, name="archive"),
    path("<uuid:client_id>/restore/", people.restore, name="restore"),
    path("<uuid:client_id>/health/", health.health, name="health"),
    path("<uuid:client_id>/health/<slug:kind>/add/", health.add, name="add_fact"),
    path("health/<slug:kind>/<uuid:fact_id>/", health.change, name="change_fact"),
    path("health/<slug:kind>/<uuid:fact_id>/remove/", health.remove, name="remove_fact"),
    path("health/<slug:kind>/<uuid:fact_id>/restore/", health.restore, name="restore_fact"),
    path("health/<slug:kind>/<uuid:fact_id>/answer/", effects.answer, name="answer_effect"),
    path("<uuid:client_id>/documents/", papers.documents, name="documents"),
    path("documents/<uuid:document_id>/file/", papers.file, name="file"),
    path("documents/<uuid:document_id>/download/", papers.download, name="download"),
    path("documents/<uuid:document_id>/remove/", papers.remove_document, name="remove_document"),
    path("documents/<uuid:document_id>/restore/", papers.restore_document, name="restore_document"),
    path("<uuid:client_id>/agreements/", papers.consents, name="agreements"),
    path("<uuid:client_id>/agreements/<slug:kind>/", papers.sign, name="sign"),
    path("agreements/<uuid:consent_id>/withdraw/", papers.withdraw, name="withdraw"),
]
