"""Addresses of letters, below /sources/."""

from django.urls import path

from medexpro.outreach import letter_batch_views
from medexpro.outreach import letter_views as views

urlpatterns = [
    path("letters/", views.index, name="letters"),
    path("letters/draft/", views.draft, name="letter_draft"),
    path("letters/many/", letter_batch_views.many, name="letters_to_many"),
    path("letters/many/<uuid:letter_batch_id>/", letter_batch_views.batch, name="letter_batch"),
    path(
        "letters/many/<uuid:letter_batch_id>/finish/", letter_batch_views.finish, name="letter_batch_finish"
    ),
    path("letters/papers/<str:paper>/", views.paper, name="paper"),
    path("letters/<uuid:letter_id>/", views.show, name="letter"),
    path("letters/<uuid:letter_id>/picture/", views.picture, name="letter_picture"),
    path("letters/<uuid:letter_id>/pdf/", views.pdf, name="letter_pdf"),
    path("letters/<uuid:letter_id>/with/<str:paper>/", views.enclosed, name="letter_enclosed"),
    path("letters/<uuid:letter_id>/write/", views.write, name="letter_write"),
    path("letters/<uuid:letter_id>/weigh/", views.weigh, name="letter_weigh"),
    path("letters/<uuid:letter_id>/sign/", views.sign, name="letter_sign"),
    path("letters/<uuid:letter_id>/send/", views.send, name="letter_send"),
    path("letters/<uuid:letter_id>/readdress/", views.readdress, name="letter_readdress"),
    path("letters/<uuid:letter_id>/discard/", views.discard, name="letter_discard"),
    path("letters/sent/<uuid:letter_delivery_id>/revoke/", views.revoke, name="letter_revoke"),
    path("letters/results/<uuid:improvement_id>/aside/", views.set_aside, name="set_aside"),
]
