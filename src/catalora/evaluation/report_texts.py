"""The words of the evaluation's report in both languages: the same keys and placeholders in each."""

from catalora.catalog.report_texts import Language, Wording
from catalora.evaluation.results import Column, Verdict

PORTUGUESE = {
    "title": "Antes e depois do ajuste",
    "lead": "Medido em {unseen} produtos que o ajuste nunca viu e em {seen} com que treinou. Cada diferença vem com"
    " seu intervalo de 95%; o que não é significativo é dito assim.",
    "run": "Treino {run}, modelo {model}, avaliado em {date} (UTC) com catalora {version}.",
    "headline": "Os números principais",
    "tile-change": "{before} → {after}",
    "column:base": "antes",
    "column:prompted": "antes, com bom prompt",
    "column:tuned": "depois",
    "column:grounded": "depois, com o registro",
    "pair:tuned-base": "depois − antes",
    "pair:prompted-base": "bom prompt − antes",
    "pair:tuned-prompted": "depois − bom prompt",
    "pair:grounded-tuned": "com o registro − depois",
    "pair:grounded-base": "com o registro − antes",
    "pair:grounded-prompted": "com o registro − bom prompt",
    "verdict:better": "melhor",
    "verdict:worse": "pior",
    "verdict:no significant difference": "sem diferença significativa",
    "direction:lower": "menor é melhor",
    "direction:higher": "maior é melhor",
    "direction:one": "o melhor é 1",
    "metric": "medida",
    "value": "valor",
    "difference": "diferença",
    "interval": "intervalo de 95%",
    "interval-range": "{low} a {high}",
    "points": "p.p.",
    "verdict": "conclusão",
    "products": "produtos",
    "metrics": "Produtos nunca vistos",
    "metrics-note": "Os mesmos produtos, as mesmas perguntas, os mesmos pesos de base e a mesma decodificação em todas"
    " as colunas. “Antes, com bom prompt” é o modelo de base com uma instrução, dois exemplos do treino e o sinal de"
    " fim: sem essa coluna, parte do ganho seria só o formato. O ponto é o valor, a linha é o intervalo de 95%"
    " (bootstrap pareado, {resamples} reamostragens de produtos).",
    "several-note": "Com {count} medidas, cerca de uma em vinte conclusões pode ser acaso; a medida principal,"
    " escolhida antes, é bits por byte.",
    "metric:bits_per_byte": "Bits por byte da descrição",
    "about:bits_per_byte": "Quantos bits o modelo precisa por byte da descrição verdadeira, dada a pergunta. A medida"
    " principal; não depende do vocabulário.",
    "metric:nll_per_token": "Log-verossimilhança negativa por token",
    "about:nll_per_token": "O mesmo em nats por token, como a perda do treino, sem o token de fim.",
    "metric:stop_rate": "Respostas que terminam sozinhas",
    "about:stop_rate": "Parte das respostas que o modelo encerra antes do limite de tokens.",
    "metric:follow_up_rate": "Respostas com perguntas inventadas",
    "about:follow_up_rate": "Parte das respostas que continuam com uma nova pergunta.",
    "metric:length_ratio": "Comprimento em relação à descrição",
    "about:length_ratio": "Palavras das respostas divididas pelas das descrições verdadeiras.",
    "metric:repetition": "Repetição",
    "about:repetition": "Parte das sequências de quatro palavras que já apareceram na mesma resposta.",
    "metric:rouge_l": "ROUGE-L",
    "about:rouge_l": "Palavras em comum com a descrição, na mesma ordem (F1).",
    "metric:chrf": "chrF",
    "about:chrf": "Sequências de letras em comum com a descrição (F2).",
    "metric:similarity_gain": "Semelhança com o próprio produto",
    "about:similarity_gain": "Semelhança de sentido com a própria descrição, menos a com a de outro produto do mesmo"
    " tipo.",
    "metric:retrieval": "Produto encontrado pela resposta",
    "about:retrieval": "Buscando com a resposta entre todas as descrições da lista: 1 / posição da certa, em média.",
    "metric:attribute_precision": "Atributos sustentados",
    "about:attribute_precision": "Dos números, nomes, cores e materiais que as respostas afirmam, quantos estão no"
    " título ou na descrição verdadeira.",
    "metric:attribute_recall": "Atributos do título mantidos",
    "about:attribute_recall": "Dos números e palavras do título, quantos aparecem na resposta.",
    "metric:copied_share": "Trecho copiado do treino",
    "about:copied_share": "A sequência mais longa que está palavra por palavra em uma descrição do treino, como parte"
    " da resposta.",
    "metric:invented_facts": "Fatos que não estão no registro",
    "about:invented_facts": "Dos fatos conferíveis que as respostas afirmam (números, tamanhos, cores, materiais,"
    " datas, nomes, modelos), quantos o registro do produto não tem. Um deles ainda pode ser verdadeiro.",
    "grounding": "Respostas com o registro no prompt",
    "grounding-note": "O modelo ajustado responde as mesmas perguntas com o registro que a busca encontrou: o do"
    " próprio produto em {found} casos, o de outro em {wrong}, nenhum em {none} (ali vale a resposta sem registro).",
    "limit-grounded": "Na coluna com o registro, a descrição verdadeira faz parte do prompt. A verossimilhança não foi"
    " medida ali, e a semelhança com a descrição mostra quanto do registro a resposta repete, não o que o modelo sabe.",
    "power": "Quantos produtos seriam necessários",
    "power-note": "Para ver uma diferença de {difference} entre depois e antes (nível de 5%, quatro avaliações em"
    " cinco), pela variação medida aqui em {count} produtos.",
    "needed": "produtos necessários",
    "seen": "Produtos vistos no treino",
    "seen-note": "Um modelo que guardou fatos iria melhor nos produtos com que treinou. A diferença é entre duas"
    " listas diferentes, por isso seu intervalo é mais largo.",
    "seen-none": "Não houve produtos do treino a medir.",
    "on-unseen": "nunca vistos",
    "on-seen": "vistos",
    "gap": "vistos − nunca vistos",
    "forms": "Perguntas formuladas de outro modo",
    "forms-note": "Os mesmos {count} produtos, perguntados como no treino e de formas que o treino não usou, em"
    " português e inglês. Formas novas custam {loss} bits por byte ao modelo ajustado (intervalo de 95%: {low} a"
    " {high}).",
    "form": "pergunta",
    "form-trained": "as formas do treino",
    "form-bits": "bits por byte, {column}",
    "form-stop": "param sozinhas, depois (de {count})",
    "general": "Capacidades gerais",
    "general-note": "Tarefas que nada têm a ver com o catálogo, do lm-eval {version}: as mesmas perguntas, na mesma"
    " ordem, antes e depois. Piorar aqui é o preço do ajuste. Com poucas perguntas, só diferenças grandes aparecem.",
    "task": "tarefa e medida",
    "questions": "perguntas",
    "seeds": "Outras sementes de treino",
    "seeds-note": "A mesma configuração treinada com {count} sementes, medida na mesma lista. O desvio entre sementes"
    " não está nos intervalos acima.",
    "mean": "média",
    "deviation": "desvio padrão",
    "per-seed": "por semente",
    "curves": "Curvas de perda",
    "curves-label": "Perda por passo: treino e validação, em nats por token.",
    "curves-none": "O treino não registrou perdas.",
    "loss-train": "treino",
    "loss-validation": "validação",
    "step": "passo",
    "lengths": "Comprimento das respostas",
    "lengths-note": "Palavras por resposta nos produtos nunca vistos. As descrições verdadeiras têm {mean} em média.",
    "length:true": "descrições verdadeiras",
    "histogram-label": "{name}, em palavras. A faixa mais comum é {range}, com {count} textos.",
    "characters": "palavras",
    "limits": "O que estes números não mostram",
    "limit-1": "O ganho está na verossimilhança, no ponto de parada, no formato e no estilo. Não é prova de que o"
    " modelo aprendeu fatos: o ajuste fino ensina pouco conhecimento novo, e um produto treinado ainda pode receber"
    " números e nomes inventados. Para fatos, use as referências.",
    "limit-2": "Parecer com a descrição verdadeira não é estar certo: ROUGE-L, chrF e semelhança premiam o estilo"
    " comum do catálogo.",
    "limit-3": "Um atributo conta como sustentado quando está no registro, mesmo que seja dito da coisa errada; o que"
    " não é número, nome, cor nem material não é verificado.",
    "limit-4": "Os intervalos dizem o que outros produtos deste catálogo mudariam. Não cobrem outro catálogo, outra"
    " língua nem outra semente de treino. Onde todas as respostas concordam, o intervalo é um ponto, embora até cerca"
    " de {three} dos produtos pudessem discordar (regra de três).",
    "limit-5": "A decodificação é gulosa, com no máximo {tokens} tokens novos; com sorteio as respostas mudam.",
    "limit-copies": "Cópias foram procuradas em {searched} das {available} descrições do treino.",
    "limit-long": "Produtos que ficaram de fora, longos demais para o contexto do modelo: {count}.",
    "proof": "Prova de quais pesos responderam",
    "proof-note": "Os logits em perguntas fixas identificam cada lado. As respostas gulosas foram conferidas com os"
    " pesos dos dois lados: os próprios devem escolher quase todos os tokens.",
    "weights": "pesos",
    "weights:base": "base",
    "weights:tuned": "base + adaptador",
    "logits": "impressão dos logits",
    "distance": "maior distância à base (nats)",
    "own-share": "tokens escolhidos pelos próprios pesos",
    "other-share": "pelos pesos do outro lado",
    "decoder": "Decodificação, igual em todas as colunas",
    "prompt-of": "Prompt: {column}",
    "lists": "Listas: {unseen} ({unseen_hash}) nunca vistos, {seen} ({seen_hash}) vistos. Dados {data}, adaptador"
    " {adapter}, semente {seed}.",
    "answers": "Produto por produto",
    "answers-note": "O ganho é quantos bits por byte da descrição verdadeira o ajuste poupou. Por padrão, os melhores"
    " e os piores casos vêm primeiro, alternados.",
    "order": "Ordem:",
    "order-extremes": "melhores e piores primeiro",
    "order-gain": "maior ganho primeiro",
    "order-loss": "menor ganho primeiro",
    "order-drawn": "como sorteados",
    "show": "Mostrar:",
    "show-all": "todos",
    "show-unseen": "nunca vistos",
    "show-seen": "vistos no treino",
    "gain": "ganho",
    "evidence": "evidências: cópias e fatos",
    "asked": "pergunta",
    "true": "verdadeira",
    "stopped": "terminou sozinha",
    "cut": "cortada no limite",
    "follow-up": "inventou outra pergunta",
    "copied": "copiado do treino: “{text}”",
    "seen-mark": "visto no treino",
    "unseen-mark": "nunca visto",
    "empty": "(resposta vazia)",
}

ENGLISH = {
    "title": "Before and after tuning",
    "lead": "Measured on {unseen} products that tuning never saw and on {seen} that it trained on. Each difference"
    " comes with its 95% interval; what is not significant is called so.",
    "run": "Run {run}, model {model}, evaluated on {date} (UTC) with catalora {version}.",
    "headline": "The main figures",
    "tile-change": "{before} → {after}",
    "column:base": "before",
    "column:prompted": "before, good prompt",
    "column:tuned": "after",
    "column:grounded": "after, with the record",
    "pair:tuned-base": "after − before",
    "pair:prompted-base": "good prompt − before",
    "pair:tuned-prompted": "after − good prompt",
    "pair:grounded-tuned": "with the record − after",
    "pair:grounded-base": "with the record − before",
    "pair:grounded-prompted": "with the record − good prompt",
    "verdict:better": "better",
    "verdict:worse": "worse",
    "verdict:no significant difference": "no significant difference",
    "direction:lower": "lower is better",
    "direction:higher": "higher is better",
    "direction:one": "1 is best",
    "metric": "metric",
    "value": "value",
    "difference": "difference",
    "interval": "95% interval",
    "interval-range": "{low} to {high}",
    "points": "pp",
    "verdict": "verdict",
    "products": "products",
    "metrics": "Products never seen",
    "metrics-note": "The same products, questions, base weights and decoding in every column. “Before, good prompt” is"
    " the base model with an instruction, two training examples and the stop token: without that column, part of the"
    " gain would be format alone. The dot is the value, the line its 95% interval (paired bootstrap, {resamples}"
    " resamples of the products).",
    "several-note": "With {count} metrics, about one verdict in twenty may be chance; the primary metric, chosen"
    " beforehand, is bits per byte.",
    "metric:bits_per_byte": "Bits per byte of the description",
    "about:bits_per_byte": "How many bits the model needs per byte of the true description, given the question. The"
    " primary metric; it does not depend on the vocabulary.",
    "metric:nll_per_token": "Negative log-likelihood per token",
    "about:nll_per_token": "The same in nats per token, as the training loss, without the end token.",
    "metric:stop_rate": "Answers that stop by themselves",
    "about:stop_rate": "Share of answers that the model ends before the token limit.",
    "metric:follow_up_rate": "Answers with invented questions",
    "about:follow_up_rate": "Share of answers that go on with a new question.",
    "metric:length_ratio": "Length relative to the description",
    "about:length_ratio": "Words of the answers divided by those of the true descriptions.",
    "metric:repetition": "Repetition",
    "about:repetition": "Share of four-word runs that stood earlier in the same answer.",
    "metric:rouge_l": "ROUGE-L",
    "about:rouge_l": "Words in common with the description, in the same order (F1).",
    "metric:chrf": "chrF",
    "about:chrf": "Runs of letters in common with the description (F2).",
    "metric:similarity_gain": "Likeness to the own product",
    "about:similarity_gain": "Likeness of meaning to the own description, less that to another product's of the same"
    " kind.",
    "metric:retrieval": "Product found by the answer",
    "about:retrieval": "Searching all descriptions of the list with the answer: 1 / rank of the right one, on average.",
    "metric:attribute_precision": "Attributes that are supported",
    "about:attribute_precision": "Of the numbers, names, colours and materials that answers state, how many stand in"
    " the title or the true description.",
    "metric:attribute_recall": "Attributes of the title kept",
    "about:attribute_recall": "Of the title's numbers and words, how many stand in the answer.",
    "metric:copied_share": "Piece copied from training",
    "about:copied_share": "The longest run that stands word for word in a training description, as a share of the"
    " answer.",
    "metric:invented_facts": "Facts that are not in the record",
    "about:invented_facts": "Of the checkable facts that answers state (numbers, sizes, colours, materials, dates,"
    " names, models), how many the product's record does not have. One of them may still be true.",
    "grounding": "Answers with the record in the prompt",
    "grounding-note": "The tuned model answers the same questions with the record that the search found: the product's"
    " own in {found} cases, another one's in {wrong}, none in {none} (there the answer without a record counts).",
    "limit-grounded": "In the column with the record, the true description is part of the prompt. Likelihood was not"
    " measured there, and likeness to the description shows how much of the record the answer repeats, not what the"
    " model knows.",
    "power": "How many products it would take",
    "power-note": "To see a difference of {difference} between after and before (5% level, four evaluations of five),"
    " by the variation measured here on {count} products.",
    "needed": "products needed",
    "seen": "Products seen in training",
    "seen-note": "A model that has stored facts would do better on the products that it trained on. The difference is"
    " between two different lists, so its interval is wider.",
    "seen-none": "There were no training products to measure.",
    "on-unseen": "never seen",
    "on-seen": "seen",
    "gap": "seen − never seen",
    "forms": "Questions worded differently",
    "forms-note": "The same {count} products, asked as in training and in forms that training did not use, in"
    " Portuguese and English. New forms cost the tuned model {loss} bits per byte (95% interval: {low} to {high}).",
    "form": "question",
    "form-trained": "the training forms",
    "form-bits": "bits per byte, {column}",
    "form-stop": "stop by themselves, after (of {count})",
    "general": "General abilities",
    "general-note": "Tasks that have nothing to do with the catalogue, of lm-eval {version}: the same questions in the"
    " same order, before and after. Getting worse here is the price of tuning. Few questions show only large ones.",
    "task": "task and measure",
    "questions": "questions",
    "seeds": "Other training seeds",
    "seeds-note": "The same configuration trained with {count} seeds, measured on the same list. The spread over seeds"
    " is not in the intervals above.",
    "mean": "mean",
    "deviation": "standard deviation",
    "per-seed": "by seed",
    "curves": "Loss curves",
    "curves-label": "Loss by step: training and validation, in nats per token.",
    "curves-none": "The run recorded no losses.",
    "loss-train": "training",
    "loss-validation": "validation",
    "step": "step",
    "lengths": "Length of the answers",
    "lengths-note": "Words per answer on products never seen. The true descriptions have {mean} on average.",
    "length:true": "true descriptions",
    "histogram-label": "{name}, in words. The most common range is {range}, with {count} texts.",
    "characters": "words",
    "limits": "What these figures do not show",
    "limit-1": "The gain is in likelihood, stopping, format and style. It is no proof that the model has learned"
    " facts: fine-tuning teaches little new knowledge, and a product that was trained on can still be given invented"
    " numbers and names. For facts, use the references.",
    "limit-2": "To be like the true description is not to be right: ROUGE-L, chrF and likeness reward the catalogue's"
    " common style.",
    "limit-3": "An attribute counts as supported when it stands in the record, even if it is told of the wrong thing;"
    " what is no number, name, colour or material is not checked.",
    "limit-4": "The intervals say what other products of this catalogue would change. They do not cover another"
    " catalogue, another language or another training seed. Where all answers agree the interval is a point, although"
    " up to about {three} of products could be otherwise (rule of three).",
    "limit-5": "Decoding is greedy, with at most {tokens} new tokens; with sampling the answers change.",
    "limit-copies": "Copies were looked for in {searched} of the {available} training descriptions.",
    "limit-long": "Products left out as too long for the model's context: {count}.",
    "proof": "Proof of which weights answered",
    "proof-note": "The logits on fixed questions identify each side. Greedy answers were checked against both sides'"
    " weights: their own should choose nearly every token.",
    "weights": "weights",
    "weights:base": "base",
    "weights:tuned": "base + adapter",
    "logits": "logit fingerprint",
    "distance": "largest distance to the base (nats)",
    "own-share": "tokens that the own weights choose",
    "other-share": "that the other side's choose",
    "decoder": "Decoding, the same in every column",
    "prompt-of": "Prompt: {column}",
    "lists": "Lists: {unseen} ({unseen_hash}) never seen, {seen} ({seen_hash}) seen. Data {data}, adapter {adapter},"
    " seed {seed}.",
    "answers": "Product by product",
    "answers-note": "The gain is how many bits per byte of the true description tuning saved. By default the best and"
    " the worst cases come first, in turns.",
    "order": "Order:",
    "order-extremes": "best and worst first",
    "order-gain": "largest gain first",
    "order-loss": "smallest gain first",
    "order-drawn": "as drawn",
    "show": "Show:",
    "show-all": "all",
    "show-unseen": "never seen",
    "show-seen": "seen in training",
    "gain": "gain",
    "evidence": "evidence: copies and facts",
    "asked": "question",
    "true": "true",
    "stopped": "stopped by itself",
    "cut": "cut at the limit",
    "follow-up": "invented another question",
    "copied": "copied from training: “{text}”",
    "seen-mark": "seen in training",
    "unseen-mark": "never seen",
    "empty": "(empty answer)",
}

_TEXTS: dict[Language, dict[str, str]] = {"pt-BR": PORTUGUESE, "en": ENGLISH}

# Shown in percent; all others as plain numbers.
SHARES = frozenset(
    {
        "stop_rate",
        "follow_up_rate",
        "repetition",
        "attribute_precision",
        "attribute_recall",
        "copied_share",
        "invented_facts",
    }
)


class EvaluationWording(Wording):
    """Words and numbers of this report; what it shares with the catalogue's report is worded there."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._texts = {**self._texts, **_TEXTS[language]}

    def column(self, name: Column) -> str:
        """What a column is called."""
        return self.say(f"column:{name}")

    def verdict(self, verdict: Verdict) -> str:
        """What a verdict is called."""
        return self.say(f"verdict:{verdict}")

    def figure(self, metric: str, value: float, *, signed: bool = False) -> str:
        """A metric's value in its unit; a difference with its sign, of shares in percentage points.

        Example:
            >>> EvaluationWording("pt-BR").figure("stop_rate", 0.256)
            '25,6%'
            >>> EvaluationWording("en").figure("stop_rate", -0.1, signed=True)
            '−10.0 pp'
        """
        return self._plain(metric, value, signed=signed) + self._unit(metric, signed=signed)

    def range(self, metric: str, low: float, high: float, *, signed: bool = False) -> str:
        """An interval, its unit at the end."""
        ends = {"low": self._plain(metric, low, signed=signed), "high": self._plain(metric, high, signed=signed)}
        return self.say("interval-range", **ends) + self._unit(metric, signed=signed)

    def _plain(self, metric: str, value: float, *, signed: bool) -> str:
        text = self.number(abs(value) * 100, 1) if metric in SHARES else self.number(abs(value), 3)
        # What is rounded to nothing has no sign.
        if not any(char in "123456789" for char in text):
            return text
        return ("−" if value < 0 else "+" if signed else "") + text

    def _unit(self, metric: str, *, signed: bool) -> str:
        if metric not in SHARES:
            return ""
        return f" {self.say('points')}" if signed else "%"
