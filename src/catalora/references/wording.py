"""What each kind of evidence shows, in words that claim no more, in English and Portuguese."""

from typing import Literal

Language = Literal["en", "pt"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "record": "Record",
        "no_record": "No record: no product of this run fits, so its facts cannot be checked.",
        "copied": "Copied word for word",
        "copied_means": "these words stand in training descriptions too; that does not show that they come from there.",
        "nothing_copied": "no run of {words} words or more stands in a training description.",
        "rows": "training rows: {count} ({uids})",
        "words_in_rows": "{words} words; training rows with them: {rows}",
        "facts": "Facts against the record",
        "facts_mean": "the record is the measure: an unsupported fact may be true; only some kinds of facts are seen.",
        "no_facts": "the answer states no fact of a kind that is checked.",
        "supported": "in the record",
        "titled": "in the product's title",
        "contradicted": "the record has another value",
        "unsupported": "not in the record",
        "meter": "Sentences, by share of words",
        "meter_means": "estimates, each by its own rule; see the documentation for how often they are right.",
        "invented": "with a fact that the record does not have",
        "copied_reading": "copied",
        "retold": "retelling the record",
        "other": "none of these",
        "not_checked": "There is no record, so no fact is checked and no sentence read as retold or invented.",
        "influence": "Training examples whose learning pulled most towards this answer",
        "influence_missing": "not computed yet; `catalora influence RUN` does it once, then evaluate again.",
        "influence_columns": "score, and how far it lies above the run's mean in standard deviations",
        "influence_means": "The score is the cosine of two gradients (mean of {checkpoints}; {examples} examples "
        "compared): above 0, a training step on the example also makes this answer more likely.",
        "influence_limits": "It is a tendency, not a cause: the same answer may well come without these examples, an "
        "example that matters may stand further down, and it says nothing about similar texts or copied words.",
        "resembling": "Training products with similar texts",
        "resembling_means": "ordered by meaning and title words, the number is the meaning alone; no proof that they "
        "shaped the answer.",
        "none_near": "none is near enough.",
        "trained on": "trained on",
        "held out": "held out",
    },
    "pt": {
        "record": "Registro",
        "no_record": "Sem registro: nenhum produto deste treino corresponde, então os fatos não podem ser conferidos.",
        "copied": "Copiado palavra por palavra",
        "copied_means": "estas palavras também estão em descrições do treino; isso não mostra que vieram de lá.",
        "nothing_copied": "nenhuma sequência de {words} palavras ou mais está em uma descrição do treino.",
        "rows": "linhas do treino: {count} ({uids})",
        "words_in_rows": "{words} palavras; linhas do treino com elas: {rows}",
        "facts": "Fatos comparados com o registro",
        "facts_mean": "o registro é a medida: um fato sem apoio pode ser verdadeiro, e só tipos conhecidos são vistos.",
        "no_facts": "a resposta não afirma nenhum fato de um tipo que se confere.",
        "supported": "está no registro",
        "titled": "está no título do produto",
        "contradicted": "o registro tem outro valor",
        "unsupported": "não está no registro",
        "meter": "Frases, em proporção das palavras",
        "meter_means": "estimativas, cada uma por sua regra; a documentação diz com que frequência acertam.",
        "invented": "com um fato que o registro não tem",
        "copied_reading": "copiadas",
        "retold": "que recontam o registro",
        "other": "nenhuma destas",
        "not_checked": "Sem registro, nenhum fato é conferido e nenhuma frase é lida como recontada ou inventada.",
        "influence": "Exemplos do treino cujo aprendizado mais puxou para esta resposta",
        "influence_missing": "ainda não calculados; `catalora influence TREINO` calcula uma vez, depois avalie.",
        "influence_columns": "pontuação, e quanto ela fica acima da média do treino em desvios-padrão",
        "influence_means": "A pontuação é o cosseno de dois gradientes (média de {checkpoints}; {examples} exemplos "
        "comparados): acima de 0, um passo de treino no exemplo também torna esta resposta mais provável.",
        "influence_limits": "É uma tendência, não uma causa: a mesma resposta pode vir sem estes exemplos, um exemplo "
        "importante pode estar mais abaixo, e isto nada diz sobre textos parecidos ou palavras copiadas.",
        "resembling": "Produtos do treino com textos parecidos",
        "resembling_means": "na ordem de significado e palavras do título, o número é só o significado; não prova que "
        "influenciaram a resposta.",
        "none_near": "nenhum é próximo o bastante.",
        "trained on": "usado no treino",
        "held out": "reservado",
    },
}
