"""Addresses of assessments, measures and goals."""

from django.urls import path

from medexpro.assessments import flow_views, goal_views, questionnaire_views, table_views, views, vital_views

urlpatterns = [
    path("episodes/<uuid:episode_id>/", views.index, name="index"),
    path("episodes/<uuid:episode_id>/start/", views.start, name="start"),
    path("episodes/<uuid:episode_id>/measures/", views.measures, name="measures"),
    path("episodes/<uuid:episode_id>/vital-signs/", vital_views.show, name="vital_signs"),
    path("episodes/<uuid:episode_id>/goals/", goal_views.goals, name="goals"),
    path("episodes/<uuid:episode_id>/goals/set/", goal_views.set_goal, name="set_goal"),
    path("episodes/<uuid:episode_id>/compared/<slug:measure>/", table_views.compared, name="compared"),
    path(
        "episodes/<uuid:episode_id>/compared/<slug:measure>/choose/",
        table_views.choose_table,
        name="choose_table",
    ),
    path("steps/", flow_views.name_steps, name="name_steps"),
    path("tables/", table_views.preferred, name="preferred"),
    path("tables/<slug:measure>/", table_views.prefer, name="prefer"),
    path(
        "episodes/<uuid:episode_id>/questionnaires/",
        questionnaire_views.questionnaires,
        name="questionnaires",
    ),
    path("episodes/<uuid:episode_id>/questionnaires/ask/", questionnaire_views.ask, name="ask"),
    path("questionnaires/<uuid:asking_id>/take/", questionnaire_views.take_in, name="take_in"),
    path("questionnaires/<uuid:asking_id>/end/", questionnaire_views.end, name="end_asking"),
    path(
        "questionnaires/<uuid:asking_id>/<slug:form_id>/",
        questionnaire_views.type_questionnaire,
        name="type_questionnaire",
    ),
    path("<uuid:assessment_id>/paper/<slug:form_id>/", questionnaire_views.paper_total, name="paper_total"),
    path("<uuid:assessment_id>/", views.show, name="show"),
    path("<uuid:assessment_id>/record/<slug:measure>/", views.record, name="record"),
    path("<uuid:assessment_id>/note/<slug:key>/", flow_views.note, name="note"),
    path("<uuid:assessment_id>/region/", flow_views.region, name="region"),
    path("<uuid:assessment_id>/plan/", views.plan, name="plan"),
    path("<uuid:assessment_id>/leave-out/<slug:measure>/", views.leave_out, name="leave_out"),
    path("<uuid:assessment_id>/finish/", views.finish, name="finish"),
    path("results/<uuid:measurement_id>/restore/", views.restore, name="restore"),
    path("goals/<uuid:goal_id>/", goal_views.change, name="change_goal"),
    path("goals/<uuid:goal_id>/drop/", goal_views.drop, name="drop_goal"),
    path("goals/<uuid:goal_id>/met/", goal_views.met, name="meet_goal"),
    path("goals/<uuid:goal_id>/reopen/", goal_views.reopen, name="reopen_goal"),
    path("handouts/grip/", views.handout_grip, name="handout_grip"),
]
