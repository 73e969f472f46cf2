"""Invented names: people, makers, towns, product lines and model numbers.

The surnames and most town names are coined from sounds, so that nobody and nothing real is meant.
"""

from random import Random


def split_words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """A list of words written as one text."""
    return tuple(text.split(separator))


FEMALE = split_words(
    "Ada Alma Anneke Beatrix Clara Cora Delia Edith Elsa Faye Greta Hester Imogen Ines Iris Judith Lena Lydia "
    "Mabel Maren Marta Mina Nadia Nell Odile Petra Rosalind Ruth Selma Tamsin Thea Una Vera Willa Yara Zelda"
)
MALE = split_words(
    "Abel Alden Anton Basil Casper Cyril Desmond Edgar Elias Felix Gideon Gilbert Hugo Ivo Jasper Jonas Kit "
    "Lambert Leon Lucian Magnus Milo Niall Oskar Otto Percy Quentin Ralf Rupert Silas Tobias Ulric Victor "
    "Walter Wendell"
)
SURNAMES = split_words(
    "Abernoll Aldercott Ambrick Arkwell Ashbrill Averdine Balcombrey Barrowin Bexcombe Birtlow Blakemoor "
    "Brannoch Brevick Bryndale Calloway-Reed Carrowby Castlow Chadderby Corvane Cressfield Crowhollow Dallimer "
    "Darvell Denholt Dorrane Dunmarrow Eddleston Ellingrove Elmcott Fairlowe Farrimond Fennimore-Lee Fernsby "
    "Gablehurst Galloring Gorringdale Greaveson Halbrook Hallowin Harkstead Hartlowe Hazelrigg Hollindale "
    "Hopcroft-May Ingleford Jessamond Kellbrook Kettlow Lanyon-Fry Larkhurst Linthorpe Lockmere Loweswater "
    "Marchbank Marrick Merrowdale Millhaven Mossgrave Nettlefold Norrington Oakenby Orrindale Pallister "
    "Pellworth Penhallam Pettifold Quillfeather Quinnell Ravensby Redgrove Rookhope Rushmoor Sallowfield "
    "Selbrigg Silverthorne Skelwith Stainmore Stannard-Holt Tarrowby Thistlewood Thornaby Tolliver-Wynn "
    "Underhay Vanterpool Venning Wadeholme Warrendale Weatherall Whinfell Wickstead Winterbourne-Day Woodrowe "
    "Wyldegrove Yarrowdale"
)
MAKERS = split_words(
    "Harlow & Fenn|Northfold|Brindlecote|Ketterlow|Tarn & Wexley|Marrowgate|Oldacre & Sons|Plain Acre|Quillstead|"
    "Velderhaus|Ottermoor|Hobbs & Larkin|Stonewhistle|Pinderley|Ashgrove Mercantile|Lumenfold|Gantry & Moss|"
    "Bellweather Supply|Copperlark|Dunmore & Pike|Fallowbrook|Greyheron|Hearthwell|Inkerby|Juniper Row|"
    "Kestlemark|Larchmont & Tull|Mallowfield|Nettlebed|Orchard & Vane|Penrhyme|Rookbarrow Trading|"
    "Saltmarsh Union|Thornbury Lane|Umberline|Wickerford|Yarrow & Pell|Arborlee|Birchcraft Union|Coldharbor|"
    "Driftmere|Eastwold|Foxhollow Goods|Gladewick|Hollowell|Ironbarrow|Kiteworth|Lanternhouse|Millrace|Oakenrow|"
    "Pebblewright|Ridgefern|Sparrowhill|Tidewell|Windlestone|Cinderford & Bray|Mapleturn|Bramblegate|Cloverdine|"
    "Summerlea",
    "|",
)
TECH_MAKERS = split_words(
    "Voltara|Nexolume|Arcwell|Telverra|Solvane|Kyrotek|Orbiline|Pulsemark|Quantrel|Zephyrion|Auriglow|Brightloom|"
    "Dectara|Fennolink|Halcyonix|Lumetric|Northwave|Octavane|Sonderly|Vireon",
    "|",
)
TOWNS = split_words(
    "Port Ansley|Larkfield|Wethersea|Brinmouth|Hollin Bay|Castlebrook|Saint Orrin|Marrow Point|Dunvale|"
    "Ellerby Cross|Greywater|Tarrow Falls|Kelby|Mistleham|Northwyke|Oxenmere|Pell Harbor|Quarry Bank|"
    "Rushford Mills|Sandring|Thornwick|Upper Fallow|Vellacott|Winterhythe|Yarden|Ashcombe Hollow|"
    "Bellhaven Island|Cutler's Ferry|Drumhallow|Eastlow",
    "|",
)
LINES = split_words(
    "Alder|Amberly|Aster|Bailey|Banner|Birchall|Bluff|Bramble|Cable|Canterly|Cedarline|Clover|Cobble|Compass|"
    "Corral|Cove|Crestline|Dapple|Delmar|Draper|Dunes|Ember|Everly|Fairway|Fathom|Fern|Fieldstone|Flint|Garland|"
    "Granary|Hamlet|Harbor|Hearth|Heritage|Highland|Homestead|Juniper|Keystone|Ladder|Lakeside|Lantern|Laurel|"
    "Linden|Lodge|Lookout|Meadow|Mercer|Merrow|Mesa|Milestone|Nimbus|Oakham|Orchard|Outpost|Pasture|Prairie|"
    "Quarry|Ramble|Ranger|Ridgeway|Rowan|Saddler|Sandbar|Shoreline|Sierra|Sparrow|Summit|Tamarack|Terrace|"
    "Thistle|Timber|Trellis|Upland|Valley|Verona|Wander|Weaver|Willow|Windmill|Woodland|Workshop",
    "|",
)


def invent_person(rng: Random) -> str:
    """A first name and a coined surname."""
    return f"{rng.choice(rng.choice((FEMALE, MALE)))} {rng.choice(SURNAMES)}"


def invent_model_number(rng: Random) -> str:
    """A model number such as ``TX-450`` or ``K72B``."""
    letters = "".join(rng.choice("BCDGHJKLNPRSTVWXZ") for _ in range(rng.choice((1, 2, 2))))
    digits = str(rng.choice((rng.randrange(20, 99), rng.randrange(100, 990, 10), rng.randrange(1200, 9900, 50))))
    return rng.choice((f"{letters}-{digits}", f"{letters}{digits}", f"{letters}-{digits}{rng.choice('ABCS')}"))
