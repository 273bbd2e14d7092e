"""Rows of planning, finance, personnel, marketing, the ad tool, the survey agency and the field app."""

from datetime import date

from . import files
from .ads import ad_days
from .book import Book
from .campaigns import CAMPAIGNS
from .clock import DAY, HOLIDAYS, day_of, export_moment, local_stamp
from .country import BY_CODE, LAENDER, PARENTS
from .deals import money
from .flags import flags
from .goals import TARGETS
from .offer import PRODUCTS
from .rates import rates
from .staff import MARKETING_HEAD, PEOPLE, SALES_HEAD
from .survey import survey_cells, waves_known

_START = 0


def add_office_rows(book: Book, seed: int, last_week: int) -> None:
    """Master data from the start, the rest from the moment each tool had it."""
    _add_master_data(book)
    _add_campaigns(book)
    for target in TARGETS:
        row = (
            target.code,
            target.name,
            target.metric,
            target.start.isoformat(),
            target.end.isoformat(),
            money(target.target),
            target.valid_from.isoformat(),
            target.reason,
            SALES_HEAD,
            MARKETING_HEAD,
        )
        book.add(files.GOALS.name, f"{target.code}/{target.valid_from}", target.recorded, row)
    for recorded, currency, rate in rates(seed, last_week):
        day = day_of(recorded).isoformat()
        book.add(
            files.RATES.name,
            f"{day}/{currency}",
            recorded,
            (day, currency, f"{rate // 10_000}.{rate % 10_000:04d}"),
        )
    _add_ad_days(book, seed, last_week)
    _add_survey(book, seed, last_week)
    _add_flags(book, seed, last_week)


def _add_master_data(book: Book) -> None:
    for order, (code, name) in enumerate(PARENTS):
        book.add(files.TERRITORIES.name, f"0{order}", _START, (code, name, "", "", "", "", ""))
    for land in LAENDER:
        row = (
            land.code,
            land.name,
            land.parent,
            land.stratum,
            str(land.population),
            money(land.potential * 100),
            land.code,
        )
        book.add(files.TERRITORIES.name, f"1{land.code}", _START, row)
    for day, name in HOLIDAYS:
        book.add(files.HOLIDAYS.name, day.isoformat(), _START, (day.isoformat(), name))
    for product in PRODUCTS:
        fields = (product.code, product.name, product.series, money(product.list_price), "EUR")
        book.add(files.PRODUCTS.name, product.code, _START, fields)
    for p in PEOPLE:
        book.add(
            files.PEOPLE.name, p.id, _START, (p.id, p.email, p.name, p.role, p.team, ";".join(p.territories))
        )


def _add_campaigns(book: Book) -> None:
    for campaign in CAMPAIGNS:
        row = (
            campaign.code,
            campaign.name,
            campaign.objective,
            campaign.channel,
            campaign.segment,
            campaign.start.isoformat(),
            campaign.end.isoformat(),
            money(campaign.budget),
            str(campaign.planned_leads),
            str(campaign.planned_qualified),
            ";".join(campaign.territories),
            campaign.sales_contact,
            campaign.manager,
        )
        book.add(files.CAMPAIGNS.name, campaign.code, campaign.recorded, row)


def _add_ad_days(book: Book, seed: int, last_week: int) -> None:
    for row in ad_days(seed, export_moment(last_week)):
        day, region = day_of(row.day * DAY).isoformat(), BY_CODE[row.territory].name if row.territory else ""
        reach = "" if row.reach < 0 else str(row.reach)
        fields = (
            day,
            row.campaign.code,
            region,
            "EUR",
            money(row.cost),
            str(row.impressions),
            reach,
            str(row.clicks),
        )
        book.add(files.AD_DAYS.name, f"{day}/{row.campaign.code}/{row.territory}", row.recorded, fields)


def _german_day(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def _with_comma(number: int, decimals: int) -> str:
    """A whole number of hundredths (or finer) as the agency writes it: 10512 with 2 is 105,12."""
    unit = 10**decimals
    return f"{number // unit},{number % unit:0{decimals}d}"


def _add_survey(book: Book, seed: int, last_week: int) -> None:
    for wave in waves_known(export_moment(last_week)):
        name = files.SURVEY.name.format(wave=wave.code)
        for cell in survey_cells(seed, (wave,)):
            row = (
                wave.code,
                _german_day(wave.start),
                _german_day(wave.end),
                BY_CODE[cell.territory].name,
                str(cell.asked),
                str(cell.aware),
                _with_comma(cell.sum_w, 2),
                _with_comma(cell.sum_w2, 4),
                _with_comma(cell.sum_wy, 2),
            )
            book.add(name, cell.territory, wave.recorded, row)


def _add_flags(book: Book, seed: int, last_week: int) -> None:
    for flag in flags(seed, last_week):
        row = (
            flag.id,
            local_stamp(flag.at),
            flag.territory,
            flag.kind,
            str(flag.seen),
            str(flag.conversations),
            flag.product,
            flag.note,
            flag.person,
        )
        book.add(files.FLAGS.name, flag.id, flag.at + 2, row)
