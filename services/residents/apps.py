from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "services.residents"
    label = "residents"

    def ready(self) -> None:
        from accounts.backends import opens
        from services.residents import (
            exporting,  # noqa: F401 - the open export
            merging,
        )
        from services.residents.backends import not_gone
        from services.residents.following import (
            move_households,
            people_live_there,
            rename_places,
        )
        from services.residents.models import (
            Consent,
            Kiosk,
            KioskCode,
            Person,
            Representation,
            WalletDocument,
        )
        from services.residents.officials import are_one_person, own_people
        from services.residents.queries import people_task
        from tenants.office import access, decrees, readiness
        from tenants.office.models import Holding
        from tenants.ownership import people

        access.people.fill("residents", own_people)
        opens.fill("residents", not_gone)
        follow = merging.Follow
        wallet = follow(WalletDocument, "person", may=merging.of_another_kind)
        merging.follows.add("residents.wallet", wallet)
        merging.follows.add("residents.consents", follow(Consent, "person"))
        let = follow(Representation, "person", may=merging.let_no_other)
        merging.follows.add("residents.representatives", let)
        represents = follow(Representation, "by", may=merging.represents_no_other)
        merging.follows.add("residents.represents", represents)
        merging.follows.add("residents.kiosks", follow(Kiosk, "person"))
        merging.follows.add("residents.kiosk_codes", follow(KioskCode, "person"))
        merging.follows.add("residents.doubles", follow(Person, "merged_into"))
        merging.account_follows.add(
            "office.holdings", follow(Holding, "user", may=merging.not_held)
        )
        readiness.tasks.add("penduduk", people_task, order=50)
        people.on_comparing(are_one_person)
        decrees.closed.add("residents", move_households)
        decrees.moved.add("residents", rename_places)
        decrees.held_up.add("residents", people_live_there)
