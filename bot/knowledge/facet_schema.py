"""What `facets.yaml` may hold: how people ask for one facet of a crime area, and how they compare two things."""

from typing import Annotated

from pydantic import Field

from bot.knowledge.fields import EveryLanguage, Line, Model, Phrasing, Slug, holding

Pattern = Annotated[Phrasing, holding("area")]  # a phrasing in which {area} stands for any crime area


class FacetText(Model):
    """How people ask for one facet of a crime area in one language, and the title of the answer."""

    title: Annotated[Line, holding("area")]
    phrasings: tuple[Pattern, ...] = Field(min_length=1)


class Facet(Model):
    """How people ask for one facet of a crime area."""

    en: FacetText
    fr: FacetText
    es: FacetText
    ar: FacetText


class Whole(Model):
    """How people ask for a crime area as a whole."""

    en: tuple[Pattern, ...] = Field(min_length=1)
    fr: tuple[Pattern, ...] = Field(min_length=1)
    es: tuple[Pattern, ...] = Field(min_length=1)
    ar: tuple[Pattern, ...] = Field(min_length=1)


class ComparisonText(Model):
    """How people compare two things in one language. `cues` are words of which a comparison holds one.

    `lead` is the short answer where the first sentences on both are too long for one.
    """

    title: Annotated[Line, holding("first", "second")]
    lead: Annotated[Line, holding("first", "second")]
    cues: tuple[Phrasing, ...] = Field(min_length=1)


class Comparison(Model):
    """How people compare two things."""

    en: ComparisonText
    fr: ComparisonText
    es: ComparisonText
    ar: ComparisonText


class Names(Model):
    """What people call a subject; of an entry that is no crime area, the first is its title in a comparison."""

    en: tuple[Phrasing, ...] = Field(min_length=1)
    fr: tuple[Phrasing, ...] = Field(min_length=1)
    es: tuple[Phrasing, ...] = Field(min_length=1)
    ar: tuple[Phrasing, ...] = Field(min_length=1)


class Facets(Model):
    """`facets.yaml`: how a crime area's facets are asked for, and how two subjects are compared.

    `neutral` is what stands for an area's name while the facet is looked for. `names` are further names of crime
    areas, and the names of other entries that can be compared.
    """

    neutral: EveryLanguage
    whole: Whole
    what_it_is: Facet
    what_interpol_does: Facet
    databases: Facet
    notices: Facet
    operations: Facet
    report: Facet
    related: Facet
    comparison: Comparison
    names: dict[Slug, Names] = Field(default_factory=dict)
