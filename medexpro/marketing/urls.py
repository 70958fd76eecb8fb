"""Addresses of screening days and leads."""

from django.urls import path

from medexpro.marketing.views import days, leads, pages, people, public_page, stations

urlpatterns = [
    path("screening-days/", days.days, name="days"),
    path("screening-days/new/", days.add_day, name="add_day"),
    path("screening-days/<uuid:day_id>/", days.day, name="day"),
    path("screening-days/<uuid:day_id>/change/", days.change_day, name="change_day"),
    path("screening-days/<uuid:day_id>/close/", days.close_day, name="close_day"),
    path("screening-days/<uuid:day_id>/figures/", days.figures, name="figures"),
    path("screening-days/<uuid:day_id>/register/", people.register, name="register"),
    path("screening-days/<uuid:day_id>/roster/", stations.roster, name="roster"),
    path("screening-days/<uuid:day_id>/print/", pages.print_all, name="print_all"),
    path("screening-days/<uuid:day_id>/send/", pages.send_all, name="send_all"),
    path("screening-days/<uuid:day_id>/at/<slug:station>/", stations.station, name="station"),
    path("screening-days/<uuid:day_id>/at/<slug:station>/enter/", stations.enter, name="enter"),
    path("screening-days/people/<uuid:participant_id>/", people.person, name="person"),
    path("screening-days/people/<uuid:participant_id>/agree/", people.agree, name="agree"),
    path("screening-days/people/<uuid:participant_id>/take-back/", people.withdraw, name="withdraw"),
    path("screening-days/people/<uuid:participant_id>/pdf/", pages.person_pdf, name="person_pdf"),
    path("screening-days/people/<uuid:participant_id>/send/", pages.send_page, name="send_page"),
    path("screening-days/entries/<uuid:result_id>/strike/", people.strike, name="strike"),
    path("screening-days/links/<uuid:given_id>/end/", pages.end_link, name="end_link"),
    path("screening-days/runs/<uuid:run_id>/", pages.run, name="run"),
    path("screening-days/runs/<uuid:run_id>/pdf/", pages.run_pdf, name="run_pdf"),
    path("leads/", leads.leads, name="leads"),
    path("leads/<uuid:lead_id>/", leads.lead, name="lead"),
    path("leads/<uuid:lead_id>/state/", leads.move_lead, name="move_lead"),
    path("leads/<uuid:lead_id>/client/", leads.become_client, name="become_client"),
    path("public-page/", public_page.show, name="public_page"),
    path("public-page/articles/new/", public_page.write_article, name="write_article"),
    path("public-page/articles/<uuid:article_id>/", public_page.article, name="article"),
    path(
        "public-page/articles/<uuid:article_id>/publish/", public_page.publish_article, name="publish_article"
    ),
    path("public-page/articles/<uuid:article_id>/delete/", public_page.delete_article, name="delete_article"),
]
