"""
Salesforce: leads, accounts, opportunities, products, tasks and events, users.

Tables carry the names of the programming interface ("StageName", in a warehouse
"stage_name"); reports carry labels ("Opportunity ID", "Stage"). The first three
letters of an id say what the record is: 00Q a lead, 006 an opportunity.
"""

from alignment.imports.preset_files import Columns, Preset, PresetFile

_DELETED: dict[str, Columns] = {
    "deleted": ("is_deleted", "_fivetran_deleted", "Deleted"),
    "is_current": ("_fivetran_active",),
}
_MODIFIED: Columns = ("system_modstamp", "last_modified_date", "Last Modified Date")
_OPPORTUNITY_MORE: dict[str, Columns] = _DELETED | {
    "name": ("name", "Opportunity Name"),
    "account": ("account_id", "Account ID", "Account Name"),
    "owner": ("owner_id", "Opportunity Owner"),
    "channel": ("lead_source", "Lead Source"),
    "campaign": ("campaign_id", "Primary Campaign Source"),
    "created_at": ("created_date", "Created Date"),
    "closed_at": ("close_date", "Close Date"),
    "amount": ("amount", "Amount"),
    "currency": ("currency_iso_code", "Amount Currency", "Opportunity Currency"),
    "is_won": ("is_won", "Won"),
    "is_closed": ("is_closed", "Closed"),
    "modified_at": _MODIFIED,
}
_LEAD_MORE: dict[str, Columns] = _DELETED | {
    "created_at": ("created_date", "Created Date", "Create Date"),
    "owner": ("owner_id", "Lead Owner"),
    "channel": ("lead_source", "Lead Source"),
    "segment": ("industry", "Industry"),
    "territory": ("state", "State/Province"),
    "company": ("company", "Company / Account", "Company"),
    "account": ("converted_account_id",),
    "first_name": ("first_name", "First Name"),
    "last_name": ("last_name", "Last Name"),
    "email": ("email", "Email"),
    "phone": ("phone", "Phone"),
    "merged_into": ("master_record_id", "Master Record ID"),
    "opportunity_at": ("converted_date", "Converted Date"),
    "modified_at": _MODIFIED,
}
_ACCOUNT_MORE: dict[str, Columns] = _DELETED | {
    "segment": ("industry", "Industry"),
    "territory": ("billing_state", "Billing State/Province", "Billing State"),
    "country": ("billing_country", "Billing Country"),
    "version_at": _MODIFIED,
}
_ACTIVITY_MORE: dict[str, Columns] = _DELETED | {
    "lead": ("who_id", "Lead ID"),
    "deal": ("what_id", "Opportunity ID"),
    "person": ("owner_id", "Assigned"),
    "direction": ("call_type", "Call Type"),
    "version_at": _MODIFIED,
}
_ONLY_OURS = {"record_ids": {"lead": "00Q", "deal": "006"}}

SALESFORCE = Preset(
    slug="salesforce",
    label="Salesforce",
    source="salesforce",
    takes_rest=True,
    files=(
        PresetFile(
            kind="deals",
            mapping={"deal_id": "id", "stage": "stage_name", "closed_at": "close_date"},
            more=_OPPORTUNITY_MORE,
            marks=(("is_won", "is_closed", "forecast_category", "probability"), ("owner_id", "account_id")),
        ),
        PresetFile(
            kind="deals",
            mapping={"deal_id": "Opportunity ID", "name": "Opportunity Name", "stage": "Stage"},
            more=_OPPORTUNITY_MORE,
            marks=(
                (
                    "Opportunity Owner",
                    "Probability (%)",
                    "Fiscal Period",
                    "Forecast Category",
                    "Next Step",
                    "Age",
                ),
            ),
        ),
        PresetFile(
            kind="leads",
            mapping={"lead_id": "id", "last_name": "last_name", "created_at": "created_date"},
            more=_LEAD_MORE,
            marks=(("is_converted",),),
        ),
        PresetFile(
            kind="leads",
            mapping={"lead_id": "Lead ID"},
            more=_LEAD_MORE,
            marks=(("Lead Status", "Company / Account", "Converted"), ("Lead Owner", "Lead Source")),
        ),
        PresetFile(
            kind="touches",
            mapping={"touch_id": "id", "at": ("activity_date_time", "start_date_time"), "kind": "type"},
            more=_ACTIVITY_MORE | {"kind_else": ("event_subtype",)},
            marks=(("event_subtype", "is_all_day_event", "end_date_time"), ("who_id", "what_id")),
            options=_ONLY_OURS,
        ),
        PresetFile(
            kind="touches",
            mapping={
                "touch_id": "id",
                "at": ("completed_date_time", "activity_date"),
                "kind": ("type", "task_subtype"),
            },
            more=_ACTIVITY_MORE | {"kind_else": ("task_subtype",)},
            marks=(("task_subtype", "call_type", "is_high_priority"), ("who_id", "what_id")),
            options=_ONLY_OURS,
        ),
        PresetFile(
            kind="products",
            mapping={"code": "product_code", "name": "name", "series": "family"},
            more={"version_at": _MODIFIED, "deleted": ("is_deleted",)},
            marks=(("is_active",), ("quantity_unit_of_measure", "stock_keeping_unit", "is_deleted")),
        ),
        PresetFile(
            kind="products",
            mapping={"code": "Product Code", "name": "Product Name", "series": "Product Family"},
            more={"list_price": ("List Price",)},
        ),
        PresetFile(
            kind="accounts",
            mapping={"account_id": "id", "name": "name"},
            more=_ACCOUNT_MORE,
            marks=(("billing_state", "billing_country", "billing_city"), ("owner_id", "is_deleted")),
        ),
        PresetFile(
            kind="accounts",
            mapping={"account_id": "Account ID", "name": "Account Name"},
            more=_ACCOUNT_MORE,
            marks=(("Account Owner", "Billing State/Province", "Billing Country", "Account Record Type"),),
        ),
        PresetFile(
            kind="people",
            mapping={"person_id": "id", "name": "name", "email": "email"},
            more={"manager": ("manager_id",), "version_at": _MODIFIED},
            marks=(("user_role_id", "profile_id"), ("username",)),
        ),
    ),
)
