"""The words by which facts are recognised, in English and Portuguese: units, numbers, colours, materials, months.

Plain data, read by `quantities.py` and `facts.py`. Each entry maps spellings to one canonical English word, so that
`azul` and `blue`, or `12"` and `12 inches`, say the same.
"""

# By dimension: how many base units one unit is, and how people write it.
_UNITS: dict[str, dict[float, str]] = {
    "length": {
        0.0254: "inch inches in ins polegada polegadas pol \" '' ″ ”",
        0.3048: "foot feet ft pé pés ' ′",
        0.9144: "yard yards yd yds jarda jardas",
        1609.344: "mile miles milha milhas",
        0.001: "millimeter millimeters millimetre millimetres mm milímetro milímetros",
        0.01: "centimeter centimeters centimetre centimetres cm cms centímetro centímetros",
        1.0: "meter meters metre metres m metro metros",
        1000.0: "kilometer kilometers kilometre kilometres km quilômetro quilômetros",
    },
    "mass": {
        0.001: "milligram milligrams mg miligrama miligramas",
        1.0: "gram grams g gm gms grama gramas",
        1000.0: "kilogram kilograms kilo kilos kg kgs quilo quilos quilograma quilogramas",
        28.349523125: "ounce ounces oz onça onças",
        453.59237: "pound pounds lb lbs libra libras",
    },
    "volume": {
        0.001: "milliliter milliliters millilitre millilitres ml mililitro mililitros",
        1.0: "liter liters litre litres l litro litros",
        0.946352946: "quart quarts qt qts",
        0.473176473: "pint pints pt",
        0.2365882365: "cup cups xícara xícaras",
        3.785411784: "gallon gallons gal galão galões",
    },
    "power": {
        1.0: "watt watts w",
        1000.0: "kilowatt kilowatts kw",
        745.699872: "horsepower hp",
    },
    "voltage": {1.0: "volt volts v"},
    "current": {1.0: "amp amps ampere amperes a", 0.001: "ma"},
    "charge": {1.0: "mah", 1000.0: "ah"},
    "frequency": {1.0: "hertz hz", 1e3: "kilohertz khz", 1e6: "megahertz mhz", 1e9: "gigahertz ghz"},
    "storage": {
        1e6: "megabyte megabytes mb",
        1e9: "gigabyte gigabytes gb",
        1e12: "terabyte terabytes tb",
    },
    "resolution": {1.0: "megapixel megapixels mp"},
    "light": {1.0: "lumen lumens lm lúmen lúmens"},
    "time": {
        1.0: "second seconds sec secs segundo segundos",
        60.0: "minute minutes min mins minuto minutos",
        3600.0: "hour hours hr hrs hora horas",
        86_400.0: "day days dia dias",
        604_800.0: "week weeks semana semanas",
        2_629_800.0: "month months mês meses",
        31_557_600.0: "year years yr yrs ano anos",
    },
    "angle": {1.0: "degree degrees ° grau graus"},
    "share": {1.0: "percent %"},
}
# Spelling of a unit → (dimension, factor).
UNITS: dict[str, tuple[str, float]] = {
    spelling: (dimension, factor)
    for dimension, factors in _UNITS.items()
    for factor, spellings in factors.items()
    for spelling in spellings.split()
}

_NUMBER_WORDS: dict[int, str] = {
    2: "two dois duas",
    3: "three três",
    4: "four quatro",
    5: "five cinco",
    6: "six seis",
    7: "seven sete",
    8: "eight oito",
    9: "nine nove",
    10: "ten dez",
    11: "eleven onze",
    12: "twelve doze",
    13: "thirteen treze",
    14: "fourteen catorze quatorze",
    15: "fifteen quinze",
    16: "sixteen dezesseis",
    17: "seventeen dezessete",
    18: "eighteen dezoito",
    19: "nineteen dezenove",
    20: "twenty vinte",
    30: "thirty trinta",
    40: "forty quarenta",
    50: "fifty cinquenta",
    60: "sixty sessenta",
    70: "seventy setenta",
    80: "eighty oitenta",
    90: "ninety noventa",
    100: "hundred cem",
}
NUMBER_WORDS = {word: float(value) for value, words in _NUMBER_WORDS.items() for word in words.split()} | {"half": 0.5}

_ORDINALS = (
    "first primeiro primeira",
    "second segundo segunda",
    "third terceiro terceira",
    "fourth quarto quarta",
    "fifth quinto quinta",
    "sixth sexto sexta",
    "seventh sétimo sétima",
    "eighth oitavo oitava",
    "ninth nono nona",
    "tenth décimo décima",
)
ORDINALS = {word: float(rank) for rank, words in enumerate(_ORDINALS, start=1) for word in words.split()}
# What is counted by an ordinal or a following number: "third album", "Book 2".
ORDERED_NOUNS = (
    "edition book volume album record season part film novel release edição livro álbum temporada parte filme romance"
)

_MONTHS = (
    "january jan janeiro",
    "february feb fevereiro fev",
    "march mar março",
    "april apr abril abr",
    "may maio",
    "june jun junho",
    "july jul julho",
    "august aug agosto ago",
    "september sep sept setembro set",
    "october oct outubro out",
    "november nov novembro",
    "december dec dezembro dez",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}

_COLOURS: dict[str, str] = {
    "black": "preto preta pretos pretas",
    "white": "branco branca brancos brancas",
    "red": "vermelho vermelha vermelhos vermelhas",
    "blue": "azul azuis",
    "green": "verde verdes",
    "yellow": "amarelo amarela amarelos amarelas",
    "pink": "rosa rosas cor-de-rosa",
    "purple": "roxo roxa roxos roxas",
    "grey": "gray cinza cinzas",
    "brown": "marrom marrons castanho castanha",
    "beige": "bege beges",
    "turquoise": "turquesa",
    "navy": "marinho",
    "maroon": "bordô",
    "burgundy": "",
    "magenta": "",
    "teal": "",
    "khaki": "cáqui",
    "lavender": "",
    "indigo": "",
    "fuchsia": "",
    "off-white": "",
    "multicolour": "multicolor multicolored multicoloured multicolorido multicolorida colorido colorida",
}
COLOURS = {word: name for name, others in _COLOURS.items() for word in (name, *others.split())}
# Also things, metals, foods: a colour only where the words around say so.
_COLOURS_IN_CONTEXT: dict[str, str] = {
    "orange": "laranja",
    "gold": "golden dourado dourada",
    "silver": "prateado prateada prata",
    "bronze": "bronzeado",
    "copper": "cobre",
    "cream": "creme",
    "ivory": "marfim",
    "sand": "areia",
    "plum": "ameixa",
    "mustard": "mostarda",
    "slate": "ardósia",
    "charcoal": "carvão chumbo",
    "graphite": "grafite",
    "terracotta": "terracota",
    "rust": "ferrugem",
    "coral": "",
    "mint": "menta",
    "olive": "oliva",
    "violet": "violeta",
    "tan": "",
    "peach": "pêssego",
    "wine": "vinho",
    "chocolate": "",
    "champagne": "champanhe",
    "rose": "",
    "lime": "limão",
    "natural": "",
    "clear": "transparente",
}
COLOURS_IN_CONTEXT = {word: name for name, others in _COLOURS_IN_CONTEXT.items() for word in (name, *others.split())}
# Shades in front of a colour (English) or behind it (Portuguese).
_SHADES = (
    "brick forest sky royal midnight steel moss mint ruby safety weathered dark light pale bright deep hot baby olive "
    "lime emerald sea army wine rose slate dusty powder neon jet snow pearl matte metallic charcoal hunter cobalt "
    "navy claro clara escuro escura bebê marinho neon fosco fosca metálico metálica"
)
SHADES = frozenset(_SHADES.split())

_MATERIALS: dict[str, str] = {
    "stainless steel": "aço inoxidável|aço inox|inox",
    "carbon steel": "aço carbono",
    "steel": "aço",
    "cast iron": "ferro fundido",
    "wrought iron": "ferro forjado",
    "aluminium": "aluminum|alumínio",
    "copper": "cobre",
    "brass": "latão",
    "titanium": "titânio",
    "magnesium": "magnésio",
    "zinc": "zinco",
    "pewter": "",
    "chrome": "cromo",
    "oak": "carvalho",
    "beech": "faia",
    "pine": "pinho",
    "walnut": "nogueira",
    "maple": "bordo",
    "cedar": "cedro",
    "birch": "bétula",
    "ash wood": "",
    "cherry wood": "cerejeira",
    "olive wood": "",
    "rosewood": "jacarandá",
    "acacia": "acácia",
    "teak": "teca",
    "mahogany": "mogno",
    "willow": "salgueiro|vime",
    "rubberwood": "",
    "bamboo": "bambu",
    "plywood": "compensado",
    "mdf": "",
    "wood": "wooden|madeira",
    "plastic": "plástico|plástica",
    "polypropylene": "polipropileno",
    "polycarbonate": "policarbonato",
    "polyethylene": "polietileno",
    "vinyl": "vinil",
    "pvc": "",
    "acrylic": "acrílico",
    "silicone": "",
    "rubber": "borracha",
    "latex": "látex",
    "resin": "resina",
    "foam": "espuma",
    "nylon": "náilon",
    "polyester": "poliéster",
    "spandex": "elastane|elastano|lycra",
    "microfiber": "microfibre|microfibra",
    "cotton": "algodão",
    "linen": "linho",
    "wool": "lã",
    "lambswool": "",
    "merino": "",
    "alpaca": "",
    "cashmere": "caxemira",
    "mohair": "",
    "silk": "seda",
    "satin": "cetim",
    "velvet": "veludo",
    "velour": "",
    "denim": "jeans",
    "canvas": "lona",
    "corduroy": "",
    "flannel": "flanela",
    "fleece": "",
    "chambray": "",
    "tweed": "",
    "twill": "sarja",
    "minky": "",
    "plush": "pelúcia",
    "chiffon": "",
    "georgette": "",
    "viscose": "rayon",
    "jute": "juta",
    "hemp": "cânhamo",
    "leather": "couro",
    "faux leather": "couro sintético|synthetic leather|pu leather",
    "suede": "camurça",
    "nubuck": "nobuck",
    "glass": "vidro",
    "ceramic": "cerâmica",
    "porcelain": "porcelana",
    "stoneware": "",
    "earthenware": "",
    "bone china": "",
    "marble": "mármore",
    "granite": "granito",
    "concrete": "concreto",
    "cardboard": "papelão",
    "card stock": "cardstock|cartolina",
    "recycled board": "",
    "paper": "papel",
    "cork": "cortiça",
    "wicker": "",
    "rattan": "ratã",
}
MATERIALS = {word: name for name, others in _MATERIALS.items() for word in (name, *(o for o in others.split("|") if o))}
# What is done to a material, besides words such as "waxed" and "tri-ply": checked together with it.
_TREATMENTS = (
    "anodized enameled enamelled forged brushed tempered recycled organic waxed coated powder-coated tri-ply "
    "full-grain combed glazed ripstop copper-core rubber-coated glass-filled die-cast washed layered "
    "non-stick faux laminated polished hammered galvanized bonded quilted textured genuine reclaimed borosilicate"
)
TREATMENTS = frozenset(_TREATMENTS.split())

_GARMENT_SIZES = (
    "small medium large extra-large xs s m l xl xxl junior adult compact regular official wide narrow twin full "
    "queen king petite mini standard youth toddler travel pequeno pequena médio média grande adulto infantil"
)
GARMENT_SIZES = frozenset(_GARMENT_SIZES.split())

# Words that join the words of a name, and words that start sentences without being part of one.
_NAME_LINKS = "of the and & de da do das dos e on at for in von van der du la le"
NAME_LINKS = frozenset(_NAME_LINKS.split())
_NOT_NAMES = """
    a an the this that these those it its it's he she they we you your our i his her their my there here what which
    who how why when where while whether with without within from for of at by in on to as after before since until
    and or but if so because although then also both each every all any some most many much more no not nor one two
    three four five six seven eight nine ten is are was were be do does did has have had can could will would may might
    should must let get just only even still now today made makes use using used keep add meet see find bring choose
    mean means meant tell tells told say says said serve serves
    question answer description title product record
    o os as um uma uns umas este esta esse essa isto isso aquele ele ela eles elas seu sua seus suas nosso nossa com sem
    para por de da do das dos em no na nos nas ao à às e ou mas se que como quando onde porque também cada todo toda
    todos todas mais menos muito muita não sim é são foi eram ser tem têm feito feita ideal pergunta resposta descrição
    título produto registro quer querem significa monday tuesday wednesday thursday friday saturday sunday
    sundays mondays fridays saturdays
"""
NOT_NAMES = frozenset(_NOT_NAMES.split())
