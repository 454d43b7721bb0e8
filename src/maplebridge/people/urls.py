from django.urls import URLPattern, URLResolver, path

from maplebridge.people.views import administration, residents, staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", residents.sign_in, name="sign_in"),
    path("sign-in/phone/", residents.phone, name="sign_in_phone"),
    path("sign-in/code/", residents.code, name="sign_in_code"),
    path("sign-in/staff/", staff.password, name="sign_in_staff"),
    path("sign-in/second-factor/", staff.second_factor, name="second_factor"),
    path("sign-in/second-factor/new/", staff.enrol, name="second_factor_enrol"),
    path("sign-in/recovery-codes/", staff.recovery_codes, name="recovery_codes"),
    path("sign-in/password/", staff.first_password, name="first_password"),
    path("sign-out/", residents.sign_out, name="sign_out"),
    path("welcome/", residents.welcome, name="welcome"),
    path("welcome/homes/", residents.homes, name="welcome_homes"),
    path("welcome/done/", residents.welcome_done, name="welcome_done"),
    path("people/", administration.staff_list, name="people_admin"),
    path("people/new/", administration.take_on, name="take_on"),
    path("people/grounds/", administration.grounds, name="grounds"),
    path("people/<int:person_id>/", administration.staff_member, name="staff_member"),
    path("people/<int:person_id>/postings/", administration.post, name="post"),
    path("people/<int:person_id>/account/", administration.open_account, name="open_account"),
    path("people/<int:person_id>/password/", administration.renew_password, name="renew_password"),
    path("people/<int:person_id>/close/", administration.disable, name="disable_account"),
    path("people/<int:person_id>/open/", administration.enable, name="enable_account"),
    path("people/<int:person_id>/second-factor/", administration.ask_reset, name="ask_reset"),
    path("people/resets/<int:reset_id>/", administration.confirm_reset, name="confirm_reset"),
    path("people/postings/<int:posting_id>/end/", administration.end_posting, name="end_posting"),
    path("agencies/", administration.agencies, name="agencies_admin"),
    path("agencies/<int:agency_id>/end/", administration.end_agency, name="end_agency"),
    path("password/", staff.change_password, name="change_password"),
]
