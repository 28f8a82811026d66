"""Addresses of the pages about people."""

from django.urls import path

from hienluong.staff.pages import delegations, people, posts

app_name = "staff"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="new_person"),
    path("people/import/", people.import_table, name="import_people"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/change/", people.change, name="change_person"),
    path("people/<uuid:person_id>/leave-service/", people.deactivate, name="deactivate_person"),
    path("people/<uuid:person_id>/account/", people.open_account, name="open_account"),
    path("people/<uuid:person_id>/posts/new/", posts.new, name="new_post"),
    path("posts/<int:post_id>/end/", posts.end, name="end_post"),
    path("posts/<int:post_id>/hand-over/", posts.hand_over, name="hand_over_post"),
    path("posts/<int:post_id>/leave/", posts.new_leave, name="new_leave"),
    path("leaves/", posts.leaves, name="leaves"),
    path("leaves/new/", posts.absences, name="leave_posts"),
    path("leaves/<int:leave_id>/end/", posts.end_leave, name="end_leave"),
    path("delegations/", delegations.delegations, name="delegations"),
    path("delegations/new/", delegations.givers, name="delegation_givers"),
    path("delegations/new/<int:post_id>/", delegations.new, name="new_delegation"),
    path("delegations/<int:delegation_id>/", delegations.delegation, name="delegation"),
    path("delegations/<int:delegation_id>/revoke/", delegations.revoke, name="revoke_delegation"),
]
