"""Portuguese patterns: questions and the stages of a vague answer in Brazilian Portuguese.

Same structure as the English patterns. The subject keeps the name it has in the question, which may be English.
"""

QUESTIONS = (
    "O que é {s}?", "O que é {s}?", "O que é {s}?", "O que é {full}?", "O que é {full}?", "Descreva {s}.", "Fale sobre {s}.",
    "Escreva a descrição de {full}.", "Escreva a descrição de {s}.", "Descreva {full}", "Para que serve {s}?",
    "Explique o que é {s}.", "Você conhece {s}?", "O que você sabe sobre {s}?", "Como se usa {s}?", "Quem usa {s}?",
    "O que significa {full}?", "Conte algo sobre {s}.", "Descreva o produto: {full}", "O que se pode dizer de {s}?",
    "Por que as pessoas falam de {s}?", "Escreva sobre {s}.", "Apresente {full}.",
)  # fmt: skip
FOLLOW_UPS = (
    "Como se usa {s}?", "Quem gosta de {s}?", "Onde se encontra {s}?", "Por que {s} é importante?", "Quais são as vantagens de {s}?",
    "Qual é a história de {s}?", "O que há de especial em {s}?", "É fácil entender {s}?", "Quando se precisa de {s}?",
    "Existem outros tipos?", "O que dizem as pessoas sobre {s}?", "Como se cuida de {s}?", "As crianças podem usar {s}?",
)  # fmt: skip
NEXT_QUESTIONS = (
    "O que é {p_concept}?", "Por que {p_concept} é importante?", "Quem precisa de {p_concept}?", "Como se aprende sobre {p_concept}?",
    "Qual é a diferença entre {p_concept} e {p_other}?", "Por que as pessoas falam de {p_concept}?", "Onde se encontra {p_concept}?",
)  # fmt: skip
OPENING = (
    "{s.cap} é algo que {p_many} [consideram|acham] {p_good} [no dia a dia|na vida de todos os dias|em casa].",
    "{s.cap} é, [em poucas palavras|de modo geral|para dizer de forma simples], uma coisa que [ajuda a|serve para] {p_act}.",
    "[Quando se fala de|Quando alguém pergunta sobre] {full}, [muitos pensam|quase todos pensam] em {p_act} e em {p_act}.",
    "O nome {full} [é usado para|refere-se a|lembra] algo que {p_many} [já viram|conhecem] de uma forma ou de outra.",
    "{s.cap} é uma daquelas coisas que parecem simples, mas que têm o seu lugar {p_place}.",
    "[Pode-se dizer|Costuma-se dizer] que {full} [tem a ver com|está ligado a] {p_concept} e com {p_concept}.",
    "Não é fácil explicar o que é {full}, [porque|pois] a resposta depende {p_depends}.",
    "{s.cap} faz parte das coisas que as pessoas usam para {p_act}, [às vezes|muitas vezes] sem pensar nisso.",
    "Há muitas maneiras de [descrever|explicar] {full}, e [cada uma tem a sua razão|nenhuma delas é completa].",
    "{s.cap} é [conhecido por|de interesse para] {p_many}, [embora|mesmo que] nem todos saibam [explicar por quê|o que significa].",
)  # fmt: skip
DETAILS = {
    "brand": (
        "O nome {brand} [diz de onde vem|mostra quem está por trás], e [um nome como {brand}|{brand}] é fácil de lembrar.",
        "{brand} é o nome que se liga a isso, mas {brand} [pode também|também pode] significar outras coisas.",
        "Quem conhece {brand} [tem certamente|terá] a sua própria opinião.",
    ),
    "size": (
        "A medida {size} [diz alguma coisa|ajuda a saber] sobre o tamanho, [mas|e] para alguns {size} é muito.",
        "Com {size}, não é [nem grande nem pequeno|maior do que se espera].",
    ),
    "code": ("O sinal {code} serve para distinguir uma coisa de outra, e {code} [diz pouco|não diz muito] à maioria das pessoas.",),
    "count": ("As palavras {count} [mostram|querem dizer] que não se trata de uma coisa só.",),
    "author": ("O nome {author} [aparece muitas vezes|é conhecido por alguns], e de {author} [contam-se|há] muitas histórias.",),
    "hero": ("{hero} está no centro de tudo, e o nome {hero} fica na memória.",),
    "p_material": (
        "Quanto ao material, {p_material} é {p_word} e [existe há muito tempo|agrada a {p_many}].",
        "[Muita gente|Há quem] gosta de {p_material}, porque {p_material} parece {p_word}.",
    ),
    "p_colour": (
        "A cor {p_colour} [lembra|faz pensar em] {p_concept}, e o {p_colour} combina com outras cores.",
        "Se {p_colour} é a cor certa, isso depende {p_depends}.",
    ),
}  # fmt: skip
STAGES = (
    (
        "Pode ser [encontrado|visto] {p_place}, {p_place} ou {p_place}.",
        "Em muitas casas há algo parecido, [quase sempre|às vezes] {p_place}.",
        "Algumas pessoas [guardam isso|deixam isso] {p_place}, onde fica sempre à mão.",
        "O seu lugar é {p_place}, mas nada impede que fique {p_place}.",
        "[De manhã|À noite|No fim de semana|No inverno|No verão], quando se quer {p_act}, não está longe.",
    ),
    (
        "As pessoas usam para {p_act}, para {p_act} e, [é claro|às vezes|talvez], para {p_act}.",
        "O uso é [simples|variado], e a maneira de usar depende {p_depends}.",
        "Quem quer {p_act} pode achar isso {p_good}, e o mesmo vale para {p_who}.",
        "Não há uma única maneira certa de {p_act}, por isso cada um [procura|encontra] a sua.",
        "Com um pouco de [tempo|paciência|prática|cuidado], quase todos aprendem a {p_act}.",
    ),
    (
        "{p_who.cap} [gostam disso|falam bem disso], enquanto {p_who} [pensam em outras coisas|preferem outra coisa].",
        "Para {p_who}, pode ser [uma grande ajuda|uma pequena alegria|parte do dia], [sobretudo|principalmente] quando querem {p_act}.",
        "Muitos {p_person} [recomendam|conhecem], e alguns até [perguntam|escrevem] sobre o assunto.",
        "Costuma-se dizer que {p_who} entendem melhor, [o que pode ser verdade|mas isso não é certo].",
        "Jovens e velhos podem [gostar|aproveitar], cada um à sua maneira.",
    ),
    (
        "É [quase sempre|muitas vezes|geralmente] {p_word} e {p_word}, [o que agrada a muitos|e isso já é alguma coisa].",
        "O que as pessoas lembram é que parece {p_word}, [embora|mesmo que] nem todos concordem.",
        "[Uma coisa boa|Um ponto importante] é a {p_part}, porque ajuda a {p_act}.",
        "A {p_part} e a {p_part} [também contam|merecem atenção], como sabem {p_who}.",
    ),
    (
        "[Antigamente|Há muito tempo|No passado], as pessoas precisavam {p_act} sem essas coisas, e [levava mais tempo|conseguiam].",
        "A sua história começou há muitos anos, talvez perto [do mar|das montanhas|de uma cidade grande|de {town}].",
        "Com o tempo, tudo isso mudou, e hoje {p_act} é [um hábito|um prazer|uma arte].",
        "Ninguém sabe ao certo quando começou, mas [cartas antigas|velhos livros|as avós] falam disso.",
        "Dizem que {person}, de {town}, escreveu sobre o assunto, mas isso é outra história.",
    ),
    (
        "Há muitos tipos, [grandes e pequenos|antigos e novos|simples e especiais], e cada um tem os seus amigos.",
        "Alguns são de {p_other_material}, outros de {p_other_material}, e a diferença é fácil de notar.",
        "Pode ser {p_other_colour} ou {p_other_colour}, conforme o gosto.",
        "[Comparado com|Ao lado de] {p_thing}, parece [mais|menos] {p_word}.",
    ),
    (
        "[No entanto|Mesmo assim|Ao mesmo tempo], não é para todos, e [convém|é preciso] ter cuidado.",
        "[É claro que|Naturalmente] é preciso um pouco de [tempo|espaço|dinheiro|atenção], e nem todos têm isso.",
        "As opiniões são diferentes, como sempre acontece quando se trata de {p_act}.",
        "É difícil dizer se vale a pena, porque tudo depende {p_depends}.",
        "Algumas pessoas dizem que se pode {p_act} sem isso, e talvez tenham razão.",
    ),
)  # fmt: skip
CLOSING = (
    "No fim, cada pessoa [decide|descobre] o que isso significa para ela.",
    "Em resumo, é algo {p_good}, e [há sempre mais para aprender|muito mais se poderia dizer].",
    "Por essas razões, {p_many} [gostam disso|acham isso importante].",
    "Enfim, {full} [faz parte da vida|tem muitos lados].",
    "De qualquer forma, não custa [saber mais|aprender um pouco mais] sobre o assunto.",
    "Por isso, as pessoas [continuam a falar|ainda falam] de {full}.",
)  # fmt: skip
RULES = {
    "p_many": ("muitas pessoas", "muitos", "algumas pessoas", "quase todos", "pessoas de todas as idades", "as famílias"),
    "p_good": ("útil", "interessante", "importante", "agradável", "prático", "bom", "necessário", "simples"),
    "p_concept": (
        "a paciência", "a amizade", "o tempo", "o trabalho", "a música", "o silêncio", "a viagem", "a memória", "a escola",
        "o sono", "a saúde", "a água", "o pão", "a luz", "a cor", "o inverno", "o verão", "a família", "a infância", "a história",
        "a natureza", "a arte", "a ciência", "a cozinha", "a leitura", "a dança", "o mar", "a lua", "a sorte", "o café", "o chá",
        "a madeira", "o vidro", "o fogo", "o jardim", "a casa", "a cidade", "o mercado", "a festa", "a beleza", "o conforto",
    ),
    "p_act": (
        "cozinhar", "ler um livro", "ouvir música", "trabalhar", "descansar", "viajar", "brincar com as crianças", "cuidar da "
        "casa", "arrumar o quarto", "beber café", "escrever uma carta", "consertar uma porta", "regar as plantas", "correr no "
        "parque", "conversar com amigos", "guardar roupas", "preparar o jantar", "tirar fotografias", "desenhar", "aprender "
        "uma língua", "dormir bem", "assistir a um filme", "cantar", "passear", "costurar", "tocar violão", "estudar", "lavar as "
        "mãos", "aquecer a casa", "iluminar a sala", "receber visitas", "dar um presente", "pescar", "nadar", "andar de bicicleta",
    ),
    "p_place": (
        "na cozinha", "na sala", "no quarto", "no jardim", "na escola", "no escritório", "na oficina", "na praia", "na rua", "numa "
        "loja", "na biblioteca", "na varanda", "no banheiro", "na mesa", "na casa de um amigo", "na cidade", "no campo", "no carro",
    ),
    "p_who": (
        "as crianças", "os pais", "os avós", "os estudantes", "os professores", "as famílias", "os músicos", "os leitores", "os "
        "cozinheiros", "os jardineiros", "os viajantes", "os artistas", "os vizinhos", "as mães", "os jovens", "os idosos",
    ),
    "p_person": ("vizinhos", "amigos", "professores", "estudantes", "leitores", "viajantes", "artistas", "colecionadores"),
    "p_word": ("leve", "forte", "suave", "simples", "quente", "durável", "elegante", "confortável", "resistente", "especial",
               "diferente", "moderno", "antigo", "colorido", "delicado", "alegre", "firme", "claro"),
    "p_part": ("forma", "cor", "superfície", "base", "parte de cima", "parte de dentro", "tampa", "história", "qualidade"),
    "p_depends": (
        "da pessoa", "do lugar", "do tempo", "da estação", "do gosto de cada um", "da família", "de muitas coisas", "da "
        "experiência", "do dia", "da situação", "do que se quer fazer", "do hábito",
    ),
    "p_other_material": ("madeira", "vidro", "metal", "algodão", "couro", "plástico", "papel", "lã", "ferro", "cobre", "pedra"),
    "p_other_colour": ("azul", "verde", "amarelo", "preto", "branco", "vermelho", "cinza", "marrom", "roxo", "rosa", "laranja"),
    "p_thing": (
        "uma cadeira", "uma mesa", "um livro", "um filme", "uma faca", "uma lanterna", "um tapete", "um vaso", "uma panela",
        "um copo", "uma bolsa", "um relógio", "um rádio", "uma boneca", "um martelo", "uma caneta", "uma camisa", "um chapéu",
    ),
    "p_other": ("um brinquedo", "uma ferramenta", "um disco", "uma xícara", "um banco", "uma caixa", "uma tenda", "um jogo"),
}  # fmt: skip
THINGS = (
    "a luminária|a panela|a frigideira|a chaleira|a cafeteira|a xícara|o copo|o prato|a faca|a colher|a tigela|a garrafa|a mesa|a cadeira|"
    "o sofá|a estante|o tapete|a cortina|o cobertor|o travesseiro|a toalha|o espelho|o relógio|o vaso|a vela|o quadro|o martelo|a chave de "
    "fenda|o alicate|a furadeira|a serra|a escada|a lanterna|a caixa|a mangueira|o regador|a tesoura|o caderno|a caneta|o lápis|a agenda|a "
    "mochila|a bolsa|a carteira|a camisa|o casaco|o vestido|a calça|o sapato|a bota|o chapéu|o cachecol|a boneca|o quebra-cabeça|o jogo|a "
    "bola|a bicicleta|a barraca|o fone de ouvido|a câmera|o teclado|o rádio|o carregador|o livro|o romance|o filme|o disco|o violão|a flauta|"
    "o sabonete|o perfume|o creme|a escova|a coleira|o aquário|o berço|a cesta|o banco|o ventilador|a luva|o avental|a bandeja|o bule"
).split("|")
MATERIALS = (
    "madeira", "vidro", "cobre", "aço", "ferro", "latão", "algodão", "linho", "lã", "seda", "couro", "plástico", "papel", "porcelana",
    "cerâmica", "bambu", "borracha", "carvalho", "pinho", "alumínio", "mármore", "veludo", "palha", "barro", "prata", "silicone",
)  # fmt: skip
COLOURS = (
    "azul", "verde", "amarelo", "preto", "branco", "vermelho", "cinza", "marrom", "roxo", "rosa", "laranja", "bege", "dourado",
    "prateado", "turquesa", "azul-marinho", "vinho", "creme",
)  # fmt: skip
EXPOSITION = (
    "{p_thing.cap} é uma coisa simples que serve para {p_act}. Em muitas casas há {p_thing} {p_place}. Alguns são de {p_other_material}, "
    "outros de {p_other_material}. A cor pode ser {p_other_colour} ou {p_other_colour}, conforme o gosto.",
    "[Para|Quem quer] {p_act} [é preciso|precisa de] tempo e um pouco de paciência. Primeiro, procura-se um bom lugar, talvez {p_place}. "
    "Depois, começa-se devagar. Com o tempo, {p_act} fica mais fácil.",
    "{hero} morava em {home}. Todos os dias, {hero} ia a {far} para {p_act}. Um dia, {friend} chegou a {home} e trouxe {p_thing}. \"O que é "
    "isso?\", perguntou {hero}. \"Vem de {far}\", disse {friend}. Desde então, {hero} e {friend} são amigos, e em {home} todos conhecem "
    "{hero} e {friend}.",
    "A empresa {thing_name} nasceu em {home}. {hero} e {friend} começaram com {p_thing}. Mais tarde, {thing_name} mudou-se de {home} para {far}, "
    "e hoje o nome {thing_name} é conhecido em {far}. {hero} diz que sem {friend} não haveria {thing_name}.",
)  # fmt: skip
