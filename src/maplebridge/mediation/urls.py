from django.urls import URLPattern, path

from maplebridge.mediation.views import (
    enclosures,
    figures,
    likeness,
    lists,
    mine,
    page,
    palm,
    papers,
    proposing,
    rewards,
    room,
    rounds,
    signing,
    statements,
    town,
    town_rules,
)

urlpatterns: list[URLPattern] = [
    # the desk: disputes, what may be done to one, the town's committees, rounds
    path("disputes/", lists.disputes, name="disputes"),
    path("disputes/new/", lists.dispute_new, name="dispute_new"),
    path("disputes/new/proposal/", proposing.proposal, name="dispute_proposal"),
    path("disputes/<int:dispute_id>/", page.dispute, name="dispute"),
    path("disputes/<int:dispute_id>/names/", page.reveal, name="dispute_reveal"),
    path("disputes/<int:dispute_id>/do/<slug:name>/", page.deed, name="dispute_deed"),
    path("disputes/<int:dispute_id>/similar/", likeness.similar, name="similar_disputes"),
    path("mediation/phrases/", likeness.phrases, name="mediation_phrases"),
    path("mediation/town/", town.mediation_town, name="mediation_town"),
    path("mediation/town/rules/", town_rules.mediation_rules, name="mediation_rules"),
    path("mediation/town/rules/<slug:name>/", town_rules.mediation_rule, name="mediation_rule"),
    path("mediation/town/<slug:what>/", town.mediation_change, name="mediation_change"),
    path("mediation/rounds/", rounds.sweeps, name="sweeps"),
    path("mediation/rounds/new/", rounds.sweep_new, name="sweep_new"),
    path("mediation/rounds/results/<int:result_id>/", rounds.sweep_report, name="sweep_report"),
    # parties: their own disputes, the room of a session
    path("my-disputes/", mine.my_disputes, name="my_disputes"),
    path("my-disputes/<int:dispute_id>/", mine.my_dispute, name="my_dispute"),
    path("mediation/sessions/<int:session_id>/", room.room, name="mediation_room"),
    path("mediation/sessions/<int:session_id>/say/", room.room_say, name="mediation_room_say"),
    path(
        "mediation/sessions/<int:session_id>/offers/<int:offer_id>/",
        room.answer_offer,
        name="mediation_answer_offer",
    ),
    path(
        "mediation/exhibits/<int:exhibit_id>/<str:size>/", room.exhibit_photo, name="mediation_exhibit_photo"
    ),
    path("mediation/exhibits/<int:exhibit_id>.pdf", enclosures.exhibit_pdf, name="mediation_exhibit_pdf"),
    # on the tablet in the room
    path("disputes/<int:dispute_id>/signing/", signing.signing, name="mediation_signing"),
    path(
        "disputes/<int:dispute_id>/signing/<str:kind>/<int:signer_id>/",
        signing.sign_here,
        name="mediation_sign_here",
    ),
    # mediators: the day in the palm
    path("mediation/today/", palm.palm, name="mediation_palm"),
    path("mediation/today/note/", palm.palm_note, name="mediation_palm_note"),
    path("mediation/today/promises/<int:promise_id>/", palm.palm_promise, name="mediation_palm_promise"),
    path("mediation/today/parts/<int:installment_id>/", palm.palm_part, name="mediation_palm_part"),
    path("mediation/today/revisits/<int:revisit_id>/", palm.palm_revisit, name="mediation_palm_revisit"),
    # figures
    path("mediation/figures/", figures.figures, name="mediation_figures"),
    path("mediation/figures/<str:what>.<str:form>", figures.figures_file, name="mediation_figures_file"),
    path("disputes/<int:dispute_id>/record.<str:form>", figures.record_file, name="mediation_record"),
    # rewards: two people, a ledger that is never edited
    path("mediation/rewards/", rewards.rewards, name="mediation_rewards"),
    path("mediation/rewards/mine/", rewards.my_rewards, name="mediation_my_rewards"),
    path(
        "mediation/rewards/statements/<int:person_id>.pdf",
        statements.rewards_statement,
        name="mediation_rewards_statement",
    ),
    path("mediation/rewards/open/", rewards.rewards_open, name="mediation_rewards_open"),
    path("mediation/rewards/deposit/", rewards.rewards_deposit, name="mediation_rewards_deposit"),
    path("mediation/rewards/propose/", rewards.rewards_propose, name="mediation_rewards_propose"),
    path("mediation/rewards/decide/", rewards.rewards_decide, name="mediation_rewards_decide"),
    path("mediation/rewards/formula/", rewards.rewards_formula, name="mediation_rewards_formula"),
    path("mediation/rewards/ledger.<str:form>", rewards.rewards_ledger, name="mediation_rewards_ledger"),
    path(
        "mediation/rewards/entries/<int:entry_id>/counter/",
        rewards.rewards_counter,
        name="mediation_rewards_counter",
    ),
    # papers: the official file, as Word and PDF, sealed and checked
    path("disputes/<int:dispute_id>/papers/", papers.papers, name="dispute_papers"),
    path("disputes/<int:dispute_id>/papers/check/", papers.check_papers, name="check_papers"),
    path(
        "disputes/<int:dispute_id>/papers/versions/<int:document_id>/",
        papers.paper_version,
        name="paper_version",
    ),
    path("disputes/<int:dispute_id>/papers/<slug:code>.<str:form>", papers.paper_file, name="paper_file"),
    path("disputes/<int:dispute_id>/papers/<slug:code>/word/", papers.take_in_paper, name="take_in_paper"),
    path(
        "disputes/<int:dispute_id>/papers/<slug:code>/anew/",
        papers.drop_edited_paper,
        name="drop_edited_paper",
    ),
    path("disputes/<int:dispute_id>/papers/<slug:code>/seal/", papers.seal_paper, name="seal_paper"),
    path("my-disputes/<int:dispute_id>/papers/<int:document_id>/", papers.my_paper, name="my_paper"),
]
