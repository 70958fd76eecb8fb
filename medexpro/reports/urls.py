"""Addresses of documents."""

from django.urls import path

from medexpro.reports import acknowledging_views, batch_views, state_views, views

urlpatterns = [
    path("", views.index, name="index"),
    path("outbox/", views.outbox, name="outbox"),
    path("of/<uuid:episode_id>/", views.of_episode, name="of_episode"),
    path("of/<uuid:episode_id>/draft/", views.draft, name="draft"),
    path("acknowledgement/<uuid:referral_id>/", acknowledging_views.acknowledgement, name="acknowledgement"),
    path(
        "acknowledgement/<uuid:referral_id>/picture/",
        acknowledging_views.picture,
        name="acknowledgement_picture",
    ),
    path("acknowledgement/<uuid:referral_id>/pdf/", acknowledging_views.pdf, name="acknowledgement_pdf"),
    path("batches/", batch_views.start, name="draft_batch"),
    path("batches/<uuid:batch_id>/", batch_views.batch, name="batch"),
    path("next/", batch_views.next_to_sign, name="next"),
    path("states/<uuid:document_id>/", state_views.states, name="states"),
    path("states/<uuid:document_id>/reply/", state_views.reply, name="reply"),
    path("<uuid:document_id>/", views.show, name="show"),
    path("<uuid:document_id>/picture/", views.picture, name="picture"),
    path("<uuid:document_id>/pdf/", views.pdf, name="pdf"),
    path("<uuid:document_id>/write/", views.write, name="write"),
    path("<uuid:document_id>/weigh/", views.weigh, name="weigh"),
    path("<uuid:document_id>/sign/", views.sign, name="sign"),
    path("<uuid:document_id>/check/", views.check, name="check"),
    path("<uuid:document_id>/send/", state_views.send, name="send"),
    path("<uuid:document_id>/readdress/", state_views.readdress, name="readdress"),
    path("<uuid:document_id>/replace/", views.replace, name="replace"),
    path("<uuid:document_id>/discard/", views.discard, name="discard"),
    path("deliveries/<uuid:delivery_id>/revoke/", views.revoke, name="revoke"),
    path("deliveries/<uuid:delivery_id>/take-back/", state_views.take_back, name="take_back"),
]
