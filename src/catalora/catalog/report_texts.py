"""The words of the report in both languages: the same keys and placeholders in each."""

from typing import Literal

Language = Literal["pt-BR", "en"]

LANGUAGE_NAMES: dict[Language, str] = {"pt-BR": "Português", "en": "English"}

PORTUGUESE = {
    "title": "Relatório do catálogo",
    "lead": "O que havia nos arquivos, o que a preparação fez com cada linha e o que ficou para treinar e testar.",
    "language": "Idioma",
    "rows-in": "linhas lidas",
    "kept": "produtos mantidos",
    "removed": "linhas removidas",
    "not-sampled": "utilizáveis, não sorteadas",
    "of-rows-in": "{share} das linhas",
    "sum-note": "Linhas lidas = mantidas + removidas + não sorteadas.",
    "splits": "Divisão",
    "splits-note": "Produtos com o mesmo título, ou com quase a mesma descrição, formam um grupo, e um grupo fica"
    " inteiro em uma só parte. {products} produtos formam {groups} grupos.",
    "split": "parte",
    "split-train": "treino",
    "split-validation": "validação",
    "split-test": "teste",
    "products": "produtos",
    "share": "proporção",
    "lengths": "Comprimentos",
    "title-lengths": "Comprimento dos títulos",
    "content-lengths": "Comprimento das descrições",
    "content-steps-note": "Cada faixa tem o dobro da largura da anterior.",
    "lengths-summary": "Média de {mean} caracteres. Metade tem até {p50}, 5% têm até {p5}, 95% têm até {p95}; o"
    " mais longo tem {max}.",
    "histogram-label": "{name}, em caracteres. A faixa mais comum é {range}, com {count} textos.",
    "characters": "caracteres",
    "texts": "textos",
    "range": "{low} a {high}",
    "range-open": "{low} ou mais",
    "show-numbers": "Números do gráfico",
    "removals": "O que foi removido, e por quê",
    "removals-none": "Nenhuma linha foi removida.",
    "removals-note": "Para cada linha conta o primeiro motivo que se aplica, na ordem em que são verificados. Os"
    " exemplos mostram o começo do texto como foi lido; o de repetições, já limpo.",
    "reason": "motivo",
    "rows": "linhas",
    "changes": "O que a limpeza mudou",
    "changes-none": "Nenhum texto foi mudado.",
    "changes-note": "Uma linha conta para cada regra que a mudou, também quando foi removida depois como repetição"
    " ou não foi sorteada. Os exemplos são de produtos mantidos.",
    "rule": "regra",
    "examples": "Exemplos",
    "no-example": "Nenhum exemplo entre os produtos mantidos.",
    "before": "antes",
    "after": "depois",
    "seen": "visto",
    "field-title": "título",
    "field-content": "descrição",
    "place": "{file}, linha {line}",
    "also-rules": "também: {rules}",
    "empty": "(vazio)",
    "omitted": "texto omitido",
    "repeats": "repete a descrição de {uid}",
    "duplicates": "Descrições repetidas",
    "duplicates-note": "As {count} descrições que mais se repetiram nas linhas lidas. As repetições foram removidas.",
    "duplicates-none": "Nenhuma descrição se repetia além do permitido.",
    "groups": "Produtos quase iguais",
    "groups-note": "Os {count} maiores grupos de produtos mantidos com o mesmo título ou quase a mesma descrição."
    " Ficam no catálogo, juntos na mesma parte da divisão.",
    "groups-none": "Nenhum grupo tem mais de um produto.",
    "group-rows": "{count} linhas",
    "group-products": "{count} produtos",
    "more-titles": "e outros",
    "sources": "Arquivos",
    "file": "arquivo",
    "size": "tamanho",
    "test-source": "fonte de teste",
    "settings": "Configurações",
    "setting": "configuração",
    "value": "valor",
    "none": "nenhum",
    "renamed-uids": "{count} produtos tinham um uid que já existia e receberam #2, #3 … no fim dele.",
    "fingerprint": "Impressão digital",
    "fingerprint-note": "Muda quando qualquer produto, sua parte ou a ordem muda. Treinos e índices a guardam.",
    "texts-note": "Os textos de produtos são de terceiros e aparecem sem formatação; caracteres invisíveis aparecem"
    " como código.",
    "rule:entities": "Entidades HTML viram os caracteres que representam.",
    "rule:tags": "Marcações HTML são retiradas.",
    "rule:characters": "Acentos decodificados de forma errada são reparados; caracteres de controle e invisíveis saem.",
    "rule:lists": "Descrições salvas como lista viram os parágrafos da lista.",
    "rule:lost-characters": "Restos de caracteres que já estavam perdidos são retirados, fora do meio de palavras.",
    "rule:spacing": "Espaços repetidos viram um só; linhas vazias e espaços nas pontas saem.",
    "rule:edition-notes": "Avisos sobre a que edição o texto se refere são retirados.",
    "rule:copyright-notices": "Avisos de direitos autorais no fim do texto são retirados.",
    "rule:glued-words": "Palavras coladas, apenas contadas: só um leitor sabe onde separá-las.",
    "rule:lost-letters": "Palavras em que falta uma letra, apenas contadas: ninguém sabe qual era.",
    "reason:unreadable-row": "A linha não pôde ser lida.",
    "reason:scraping-residue": "O título é um pedaço de página da web.",
    "reason:empty-title": "Não há título.",
    "reason:empty-content": "Não há descrição.",
    "reason:only-boilerplate": "Depois da limpeza não sobra nada do título ou da descrição.",
    "reason:placeholder-content": "A descrição só diz que não há descrição.",
    "reason:content-equals-title": "A descrição só repete o título.",
    "reason:short-content": "A descrição é mais curta que data.min_content_chars.",
    "reason:other-language": "A descrição está em outra língua que não as de data.languages.",
    "reason:duplicate-content": "Outra linha já tem a mesma descrição.",
    "reason:in-test-source": "A fonte de teste tem o mesmo produto, ou quase o mesmo.",
}

ENGLISH = {
    "title": "Catalogue report",
    "lead": "What was in the files, what preparing did to each row, and what is left to train and to test on.",
    "language": "Language",
    "rows-in": "rows read",
    "kept": "products kept",
    "removed": "rows removed",
    "not-sampled": "usable, not drawn",
    "of-rows-in": "{share} of the rows",
    "sum-note": "Rows read = kept + removed + not drawn.",
    "splits": "Splits",
    "splits-note": "Products that share a title, or nearly a description, form a group, and a group goes into one"
    " split as a whole. {products} products form {groups} groups.",
    "split": "split",
    "split-train": "train",
    "split-validation": "validation",
    "split-test": "test",
    "products": "products",
    "share": "share",
    "lengths": "Lengths",
    "title-lengths": "Length of titles",
    "content-lengths": "Length of descriptions",
    "content-steps-note": "Each step is twice as wide as the one before.",
    "lengths-summary": "{mean} characters on average. Half have up to {p50}, 5% have up to {p5}, 95% have up to"
    " {p95}; the longest has {max}.",
    "histogram-label": "{name} in characters. The most common range is {range}, with {count} texts.",
    "characters": "characters",
    "texts": "texts",
    "range": "{low} to {high}",
    "range-open": "{low} or more",
    "show-numbers": "Numbers of the chart",
    "removals": "What was removed, and why",
    "removals-none": "No row was removed.",
    "removals-note": "For each row the first reason that fits counts, in the order in which they are looked for."
    " Examples show the start of the text as it was read; of repetitions, as it was cleaned.",
    "reason": "reason",
    "rows": "rows",
    "changes": "What cleaning changed",
    "changes-none": "No text was changed.",
    "changes-note": "A row counts for each rule that changed it, also when it was removed later as a repetition or"
    " was not drawn. Examples are from products that were kept.",
    "rule": "rule",
    "examples": "Examples",
    "no-example": "No example among the products that were kept.",
    "before": "before",
    "after": "after",
    "seen": "seen",
    "field-title": "title",
    "field-content": "description",
    "place": "{file}, line {line}",
    "also-rules": "also: {rules}",
    "empty": "(empty)",
    "omitted": "text left out",
    "repeats": "repeats the description of {uid}",
    "duplicates": "Repeated descriptions",
    "duplicates-note": "The {count} descriptions that the rows repeated most. The repetitions were removed.",
    "duplicates-none": "No description was repeated more often than allowed.",
    "groups": "Products that are nearly the same",
    "groups-note": "The {count} largest groups of kept products that share a title or nearly a description. They"
    " stay in the catalogue, together in one split.",
    "groups-none": "No group has more than one product.",
    "group-rows": "{count} rows",
    "group-products": "{count} products",
    "more-titles": "and others",
    "sources": "Files",
    "file": "file",
    "size": "size",
    "test-source": "test source",
    "settings": "Settings",
    "setting": "setting",
    "value": "value",
    "none": "none",
    "renamed-uids": "{count} products had a uid that occurred before and got #2, #3 … at its end.",
    "fingerprint": "Fingerprint",
    "fingerprint-note": "Changes when any product, its split or the order changes. Runs and indexes carry it.",
    "texts-note": "Product texts belong to third parties and are shown without formatting; invisible characters are"
    " shown as codes.",
    "rule:entities": "HTML entities become the characters that they stand for.",
    "rule:tags": "HTML tags are taken out.",
    "rule:characters": "Wrongly decoded letters are repaired; control characters and invisible ones go.",
    "rule:lists": "Descriptions saved as a list become the paragraphs of the list.",
    "rule:lost-characters": "What is left of characters lost before is taken out, except inside words.",
    "rule:spacing": "Repeated spaces become one; empty lines and spaces at the ends go.",
    "rule:edition-notes": "Notes about which edition a text is about are taken out.",
    "rule:copyright-notices": "Copyright notices that end a text are taken out.",
    "rule:glued-words": "Words glued together, only counted: where they belong apart only a reader can say.",
    "rule:lost-letters": "Words that lack a letter, only counted: nobody can say which it was.",
    "reason:unreadable-row": "The row could not be read.",
    "reason:scraping-residue": "The title is a piece of a web page.",
    "reason:empty-title": "There is no title.",
    "reason:empty-content": "There is no description.",
    "reason:only-boilerplate": "Nothing is left of the title or the description after cleaning.",
    "reason:placeholder-content": "The description only says that there is none.",
    "reason:content-equals-title": "The description only repeats the title.",
    "reason:short-content": "The description is shorter than data.min_content_chars.",
    "reason:other-language": "The description is in none of the languages of data.languages.",
    "reason:duplicate-content": "Another row has the same description already.",
    "reason:in-test-source": "The test source has the same product, or nearly the same.",
}

_TEXTS: dict[Language, dict[str, str]] = {"pt-BR": PORTUGUESE, "en": ENGLISH}


class Wording:
    """Words and numbers in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = _TEXTS[language]

    def say(self, key: str, **values: str) -> str:
        """The text of a key with its placeholders filled."""
        return self._texts[key].format(**values)

    def explain(self, kind: Literal["rule", "reason"], name: str) -> str:
        """What a rule or a reason means; empty for one that has no words yet."""
        return self._texts.get(f"{kind}:{name}", "")

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with separators.

        Example:
            >>> Wording("pt-BR").number(1234.5, 1), Wording("en").number(1234.5, 1)
            ('1.234,5', '1,234.5')
        """
        text = f"{value:,.{decimals}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "pt-BR" else text

    def share(self, part: int, whole: int) -> str:
        """A part of a whole in percent.

        Example:
            >>> Wording("en").share(1, 8), Wording("en").share(1, 100_000)
            ('12.5%', '<0.1%')
        """
        if 0 < part * 1000 < whole:
            return f"<{self.number(0.1, 1)}%"
        return f"{self.number(100 * part / whole if whole else 0.0, 1)}%"

    def size(self, size_bytes: int) -> str:
        """A file size in decimal units.

        Example:
            >>> Wording("en").size(889_969_656), Wording("pt-BR").size(1_890_000_000)
            ('890.0 MB', '1,9 GB')
        """
        for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
            if size_bytes >= factor:
                return f"{self.number(size_bytes / factor, 1)} {unit}"
        return f"{self.number(size_bytes)} B"
