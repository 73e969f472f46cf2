"""Ordinary English words by class, so that the model knows more words than the patterns of the conversations need.

Nouns and verbs stand in their base form; `inflect` makes the other forms.
"""

# ruff: noqa: E501 -- lists of hundreds of words read better as running text


def _split(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("\n", " ").split(",") if word.strip())


NOUNS = {
    "role": _split("""
        acrobat, accountant, bandit, barber, beekeeper, blacksmith, boss, bus driver, candidate, cellist, clown, cowboy, crew, daughter-in-law, drummer, elder, fan, gang, giant, governor, hiker, homeowner, inventor, kid, lad, man, woman, monk, nanny, newcomer, opponent, owner, parent, pianist, plumber, president, ranger, sheriff, skipper, toddler, tenant, veteran, volunteer, warrior, winner, wizard, youngster,
        actor, archivist, army officer, artist, astronomer, author, baker, bell ringer, biographer, bookseller, boxer, boy, bride, brother,
        builder, butcher, captain, carpenter, child, clerk, coach, collector, composer, cook, cousin, critic, cyclist, dancer, daughter, dentist,
        detective, director, diver, doctor, driver, duke, editor, engineer, expert, explorer, farmer, father, filmmaker, fisherman, friend,
        gardener, girl, glassblower, goalkeeper, grandfather, grandmother, guard, guest, guide, harvester, helper, heir, hero, historian, host,
        hunter, husband, illustrator, inspector, investigator, jeweler, jockey, journalist, judge, keeper, killer, king, knight, lawyer, leader,
        librarian, lighthouse keeper, locksmith, magician, maker, mapmaker, mayor, mechanic, merchant, midwife, miller, miner, minister, mother,
        musician, narrator, navigator, neighbor, novelist, nurse, officer, orphan, painter, partner, passenger, pastor, patient, photographer,
        pilot, pirate, poet, police officer, postmaster, potter, priest, prince, princess, printer, prisoner, producer, professor, publisher,
        pupil, queen, reader, referee, repairer, reporter, rider, rival, robber, runaway, runner, sailor, saleswoman, schoolmaster, schoolteacher,
        scientist, sculptor, sergeant, shepherd, shipwright, shopkeeper, sibling, singer, sister, smuggler, soldier, soloist, son, spy, storyteller,
        stranger, student, supplier, surgeon, survivor, suspect, tailor, teacher, team leader, thief, tourist, trainer, translator, traveler,
        trumpeter, twin, uncle, user, vet, viewer, villager, violinist, visitor, waiter, watchmaker, weaver, widow, wife, witness, worker, writer
    """),
    "animal": _split("""
        ant, badger, bat, beaver, bee, beetle, bird, bull, butterfly, camel, cat, chicken, cow, crab, crow, cub, deer, dog, dolphin, donkey, dragon,
        duck, duckling, eagle, elephant, fish, fox, frog, goat, goose, hamster, hedgehog, hen, horse, kitten, lamb, lion, lizard, mole, monkey,
        mouse, mule, otter, owl, ox, panda, parrot, penguin, pig, piglet, pigeon, pony, puppy, rabbit, rat, raven, robin, rooster, seal, sheep,
        snail, snake, sparrow, spider, squirrel, swan, tiger, toad, tortoise, trout, turtle, whale, wolf, worm, zebra
    """),
    "spot": _split("""
        abbey, airport, alley, apartment, archive, attic, back street, bakery, ballroom, bank, barn, basement, bay, beach, bedroom, boathouse, border,
        botanical garden, bridge, cabin, cafe, camp, campground, campsite, canal, castle, cathedral, cave, cellar, chapel, church, church hall, city,
        classroom, clinic, coast, college, colony, continent, corner, cottage, country, court, courtyard, crossroads, desert, dock, doorstep,
        factory, fair, farm, farmyard, ferry, field, forest, fortress, gallery, garage, garden, gate, graveyard, hall, harbor, harbor town, hill, hotel,
        hospital, house, inn, island, jungle, kingdom, kitchen, laboratory, lake, lane, library, lighthouse, mansion, market, meadow, mill, mine,
        monastery, mountain, museum, neighborhood, north, oasis, observatory, ocean, office, orchard, palace, park, path, playground, police station,
        port, porch, prison, quarry, railway, railway station, ranch, region, restaurant, river, road, room, route, ruin, school, sea, shed, shipyard,
        shop, shore, south, square, stable, stadium, stage, stairway, station, street, studio, suburb, summer house, swamp, tavern, theater, tower, town,
        trail, tunnel, university, valley, village, vineyard, wall, warehouse, waterfall, wharf, wilderness, workshop, yard, zoo
    """),
    "food": _split("""
        almond, apple, apricot, bacon, banana, barley, basil, bean, beef, berry, bread, breakfast, broth, butter, cabbage, cake, candy, caramel, carrot,
        cereal, cheese, cherry, chili, chocolate, cider, cinnamon, coconut, coffee, cookie, corn, cracker, cream, cucumber, dessert, dinner, dough, egg,
        fig, flour, fruit, garlic, ginger, grain, grape, gravy, ham, hazelnut, herb, honey, jam, juice, lemon, lentil, lettuce, lunch, mango, meal, meat,
        melon, milk, mint, muffin, mushroom, mustard, noodle, nut, oat, oil, olive, onion, orange, oven dish, pancake, pasta, peach, peanut, pear, pea, pepper, pickle, pie,
        plum, popcorn, potato, pudding, pumpkin, raisin, raspberry, rice, roast, rosemary, rye, sage, salad, salt, sandwich, sauce, sausage, seed, snack,
        soup, spice, spinach, steak, stew, strawberry, sugar, supper, syrup, tea, thyme, toast, tomato, turkey, vanilla, vegetable, vinegar, walnut,
        wheat, wine, yeast, yogurt
    """),
    "item": _split("""
        accordion, adapter, album, alarm, anchor, antenna, apron, arrow, axe, backpack, badge, bag, ball, balloon, band, bandage, banner, barrel, basin,
        basket, battery, bead, bell, belt, bench, bicycle, binder, blanket, blender, block, board, boat, bolt, bookmark, boot, bottle, bow, bowl, box,
        bracelet, brick, broom, brush, bucket, buckle, bulb, bundle, button, cable, calculator, calendar, camera, candle, cane, canoe, cap, card,
        carpet, cart, case, chain, chair, chalk, charger, chart, chest, chisel, clamp, clip, clock, cloth, coaster, coat, coffee pot, coin, collar,
        comb, compass, computer, construction kit, container, controller, cord, corkscrew, costume, cover, coverlet, cradle, crate, crayon, crown, cup, curtain,
        cushion, dart, desk, diary, dial, dice, dictionary, dimmer, disc, dish, doll, door, drawer, dress, drill, drum, duster, easel, engine,
        envelope, eraser, fan, faucet, feather, fence, fiddle, file, filler, filter, flag, flashlight, flask, floorboard, flute, folder, fork, frame,
        furnace, game, gauge, gem, glass, glove, glue, goblet, guitar, hammer, hammock, handbag, handle, hanger, harness, harp, hat, headband, headphone,
        heater, helmet, hinge, hoe, hook, hoodie, horn, hose, iron, jacket, jar, jersey, jewel, jigsaw puzzle, jug, jumper, kayak, keepsake, kettle, key, keyboard,
        kite, knife, knob, label, lace, ladder, ladle, lamp, lantern, latch, leash, ledger, lens, letter, level, lever, lid, light, lighter, lock, locket,
        loop, machine, magazine, magnet, mailbox, manuscript, map, marble, marker, mask, mat, matchbox, mattress, medal, megaphone, memory card, menu,
        microphone, mirror, mitten, mobile phone, monitor, motor, mouse pad, mug, nail, napkin, necklace, needle, net, newspaper, note, notebook, notepad, oar,
        oven, package, packet, paddle, page, paintbrush, painting, pajama, pan, parcel, peg, pen, pencil, pendulum, photograph, piano, picture, pillow, pin, pipe,
        pitcher, plank, plate, platter, player, pliers, plow, plug, pocket, pocket knife, poster, postcard, pot, pouch, printer cable, projector, prop, pruner,
        pullover, pump, puppet, purse, puzzle, quilt, rack, radio, rag, rail, rake, ramp, ratchet, razor, receiver, recorder, ribbon, rifle, ring, robe, robot, rocket,
        rod, roller, rope, rubber band, rug, ruler, saddle, safe, sail, sandal, saucer, saw, scale, scarf, scissors, scooter, scraper, screen, screen shelter, screw,
        screwdriver, scroll, sculpture, seat, sewing machine, shawl, sheet, shelf, shell, shelter, ship, shirt, shoe, shovel, shutter, sign, sink, skate, skirt,
        sled, sleeve, slipper, sneaker, soap, sock, sofa, speaker, spinner, sponge, spool, spoon, sprayer, spring, spur, stamp, stapler, starter kit, statue, stick,
        sticker, stone, stool, stopwatch, stove, strap, straw, string, suitcase, sunglasses, sweater, sweatshirt, switch, sword, table, tablet, tack, tag, tank, tape,
        telegraph, telephone, telescope, television, tent, thermometer, thimble, thread, ticket, tie, tile, timer, tin, tire, toaster, tool, toothbrush, torch,
        towel, toy, toy truck, train, travel mug, tray, tripod, trolley, trowel, trunk, trumpet, tub, tube, tumbler, turntable, twine, typewriter, umbrella, uniform,
        vacuum, van, vase, vehicle, vessel, vest, video camera, violin, wagon, wallet, walking stick, wardrobe, watch, water bottle, wheel, wheelbarrow, whisk,
        whistle, wig, windmill, wire, wok, wrench, wrist strap, yarn, zipper, jogger, tape measure, measuring tape, brimmed hat, beanie, parka, cardigan, chino, tank top,
        polo shirt, raincoat, windbreaker, flannel shirt, tunic, leggings, pair of jeans, coverall, storage bin, spice mill, santoku knife, paring knife, loaf pan, gooseneck kettle,
        french press, dutch oven, bud vase, throw pillow, desk lamp, wall shelf, table runner, picture book, reed diffuser, garden fork, pruning saw, watering can, hose nozzle, seed tray,
        bird feeder, planter, trellis, miter saw, spirit level, socket set, wood plane, caulking gun, work light, tool bag, backup drive, flash drive, card reader, web camera, travel charger,
        power bank, sound bar, clip light, video doorbell, router, game board, stacking toy, plush bear, pull toy, train set, riding toy, marble run, memory game, sleeping bag,
        camp stove, trekking pole, yoga mat, jump rope, dumbbell, kettlebell, swim goggle, fishing rod, tennis racket, bike light, gel pen, fountain pen, paper clip, desk organizer, index card,
        document tray, sketchbook, planner, whiteboard, hole punch
    """),
    "part": _split("""
        arm, axle, back, backing, base, binding, blade, border, bottom, brace, bracket, braided cable, bristle, bumper, cap, center, chain, clasp, coating, collar, compartment,
        connector, construction, core, corner, cord, cover, crank, cuff, cushioned sole, detail, display, drawcord, edge, elastic waist, end, eye, fastener, finish, flap, footrest, frame, front, fringe, gasket, gear, glaze,
        grain, grip, groove, guard, gusset, handle, head, heel, hem, hinge, hood, housing, indicator, inlay, inner layer, insole, joint, knob, latch, layer, leg, lever, lid, lining, lock, loop,
        lumbar pad, marking, mechanism, motor, mouth, nozzle, opening, outer shell, outside, padding, panel, plug, pocket, pull, rail, rib, rim, rivet, roller, rung, seal, seam, seat, shaft, shell, shoulder strap, side,
        sleeve, slot, socket, sole, spine, spout, spring, stand, stem, stitch, strap, surface, swivel base, tab, tail, tip, toe, top, trigger, trim, turned edge, valve, vent, waistband, wheel, window,
        wire, zip pocket, zipper pull
    """),
    "idea": _split("""
        ability, accident, adventure, advice, age, aim, ambition, anger, anniversary, answer, argument, art, attention, authority, balance, bargain, beauty, beginning,
        belief, benefit, betrayal, biology, birth, bookkeeping, bravery, business, care, career, celebration, century, certainty, challenge, chance, change, chapter, character, charm, childhood, choice,
        clarity, climate, clue, color, comedy, comfort, commitment, community, companionship, comparison, complaint, composition, concern, confidence, conflict, connection, conscience, control, convenience, conversation, cooking,
        coordination, copyright, cost, counting, courage, craft, creativity, crime, crisis, culture, curiosity, custom, danger, deal, death, debt, decision, defense, delight, design, desire, despair, detail,
        dialogue, difference, difficulty, dignity, direction, discovery, disease, distance, doubt, dream, duty, echo, education, effect, effort, elegance, emotion, energy, enjoyment, episode,
        error, escape, event, evidence, examination, example, exercise, existence, expectation, experience, explanation, expression, failure, fairness, faith, fame, family, fashion, fate, fault, favor, fear,
        feeling, festival, fever, fiction, fit, flavor, flood, focus, folk music, forgiveness, form, fortune, freedom, friendship, fun, function, future, generation, generosity, gift, goal, goodness, grace, gratitude, grief,
        growth, guilt, habit, happiness, hardship, harmony, harvest, hatred, health, help, heritage, history, hobby, holiday, home, honesty, honor, hope, hour, humanity, humility, humor, hunger, idea, identity, illness, imagination, impact,
        improvement, independence, influence, information, innocence, insight, inspiration, instruction, intelligence, interest, invention, investment, jargon, jealousy, job, joke, journey, joy, judgment, justice, kindness, knowledge,
        labor, language, laughter, law, lead, leadership, learning, lesson, liberty, life, lifetime, limit, line, list, literature, loneliness, loss, love, loyalty, luck, magic, manners, marriage, mathematics, maturity, meaning, measurement, medicine, melody, memoir,
        memory, mercy, message, method, mind, minor injury, minute, miracle, mission, mistake, moment, money, month, mood, motherhood, motion, movement, murder, music, mystery, myth, name, nature, need, network, news, night, nonsense, number, oath, obedience, obligation,
        opinion, opportunity, order, origin, ownership, pace, pain, parade, parenting, past, patience, pattern, peace, people, performance, permission, personality, philosophy, physics, pity, plan, play, playtime, pleasure, plot, poetry, poise, politics, poverty,
        power, practice, praise, prayer, presence, pressure, price, pride, principle, privacy, problem, process, profit, program, progress, promise, proof, protection, purpose, quality, question, quiet, race, reading, reason, recipe, recognition, record, relationship,
        release, religion, reputation, research, respect, rest, result, revenge, review, revolution, reward, rhyme, rhythm, risk, role, rule, rumor, sacrifice, safety, sale, satisfaction, savings, schedule, science, season, second chance, secret, self-respect, sense, sentence,
        series, service, shame, silence, skill, sleep, society, solution, song, sorrow, sound, speech, speed, spirit, sport, statistics, stillness, storage, story, strategy, strength, stress, structure, struggle, study, style, success, suffering, supply, surprise, survival, suspicion,
        sympathy, tale, talent, task, taste, team, teamwork, technique, temper, tempo, tenderness, tension, term, test, theater life, theme, theory, thought, time, tone, tradition, tragedy, training, travel, treasure, treatment, trial, trick, trip, trouble, trust, truth, turn, understanding,
        unity, value, variety, version, victory, view, violence, virtue, vision, voice, voyage, war, warmth, warning, warranty, wealth, weather, wedding, week, weekend, weight, welcome, wilderness life, wisdom, wit, wonder, work, world, worry, wreck, youth
    """),
    "opus": _split("""
        ballet, cassette, concerto, quartet, suite, tale, trilogy, recipe, project, step, route, map collection, worksheet, dictionary, lecture, magazine, review, season, episode, edition, copy, reissue, release,
        adventure story, anthology, atlas, audiobook, ballad, biography, board game, book, booklet, cartoon, catalog, children's book, chronicle, collection, comedy, comic, concert, cookbook, course, diary, documentary, drama, edition, encyclopedia, epic, essay,
        fairy tale, family saga, film, folk tale, guide, guidebook, handbook, history, hymn, illustrated story, journal, legend, manual, memoir, movie, musical, mystery, novel, opera, paperback, picture book, play, poem, radio play, recording, reference work, report, romance,
        series, song, soundtrack, story, study, symphony, textbook, thriller, travel guide, tutorial, video, volume, workbook
    """),
    "stuff": _split("""
        anodized aluminum, matte steel, stainless, tweed, corduroy, chiffon, flax, polar fleece, spandex, microfiber, fiberglass, gravel, sandstone, ivory, jade, pearl, crystal, lead, mercury, asphalt, plaster, powder, sawdust, moss, timber, juniper, birch, ash, elm,
        acrylic, aluminum, bamboo, birch plywood, bone, brass, brick, bronze, brushed steel, canvas, cardboard, carbon steel, cast iron, cedar, ceramic, chrome, clay, coated paper, concrete, copper, cork, cotton, cotton blend, denim, enamel, felt, fleece, foam,
        fur, glass, gold, granite, graphite, hardwood, hemp, iron, jute, lambswool, leather, linen, magnesium, mahogany, maple, marble, mesh, metal, nickel, nylon, oak, paper, pewter, pine, plastic, plywood, polyester, porcelain, recycled plastic, resin, ripstop nylon,
        rubber, rubberwood, satin, sheepskin, silicone, silk, silver, slate, stainless steel, steel, stone, stoneware, straw, suede, teak, terracotta, tin, titanium, twill, velvet, vinyl, walnut, wax, waxed canvas, wicker, willow, wood, wool, alpaca wool, merino wool
    """),
}

VERBS = {
    "do_thing": _split("""
        adjust, arrange, assemble, attach, balance, bend, borrow, break, bring, brush, build, bury, buy, carry, carve, catch, check, choose, clean, close, collect, color, connect, copy, count, cover, cut, decorate, deliver, design, dig up, discover,
        draw, drop, dry, examine, explain, fasten, fetch, fill, find, finish, fix, fold, forget, gather, grab, grind, hang, harvest, hide, hold, improve, inherit, inspect, invent, keep, label, leave, lift, load, lock, lose, lower, make, mark, match, measure,
        mend, mix, move, need, notice, offer, open, order, own, pack, paint, pass, peel, pick, place, plant, polish, pour, prepare, press, print, protect, pull, push, put away, raise, reach, receive, record, recycle, remove, rent, repair, replace, rescue, restore,
        return, reuse, rinse, roll, save, scratch, search for, sell, send, separate, sew, shake, share, sharpen, show, slice, slide, sort, spread, squeeze, stack, steal, stitch, store, stretch, stroke, support, swap, sweep, take, tear, test, throw, tie, tighten, touch,
        trade, train, turn, twist, unfold, unlock, unpack, use, want, warm, wash, watch, wear, weave, weigh, wind, wipe, wrap
    """),
    "do_person": _split("""
        accept, accompany, admire, advise, amuse, answer, ask, assist, believe, betray, blame, bless, call, challenge, chase, cheat, comfort, convince, deceive, defend, disappoint, disturb, doubt, embrace, encourage, entertain, envy, fear, fight, follow, forgive, free,
        greet, guide, hate, hear, help, hire, hug, hurt, ignore, impress, inspire, interview, invite, join, judge, kiss, know, lead, like, love, marry, meet, miss, mock, nurse, obey, pay, persuade, phone, photograph, pity, please, praise, pursue, question, raise,
        recognize, remember, remind, respect, save, scold, see, serve, shock, support, surprise, suspect, teach, tease, thank, threaten, train, trust, understand, visit, wake, warn, watch, welcome
    """),
    "act": _split("""
        appear, arrive, awake, begin, blush, breathe, clap, complain, cough, cry, dance, decide, die, disappear, dream, eat, escape, fail, faint, fall, fall asleep, fish, flee, freeze, frown, garden, giggle, give up, grow up, grumble, hesitate, hide, hope, hum,
        hurry, jump, kneel, laugh, lie, linger, listen, live, look back, marvel, mourn, nod, obey, pause, play, practice, pray, read, recover, reflect, rehearse, relax, rest, return, rhyme, run, shiver, shout, shrug, sigh, sing, sit, skip, sleep, smile,
        sneeze, speak, stand, starve, stay, stir, struggle, stumble, succeed, suffer, surrender, survive, swear, swim, talk, think, tremble, try, vanish, vote, wait, wake, walk, wander, weep, whisper, whistle, win, wonder, work, worry, yawn
    """),
    "go": _split(
        "climb, come, crawl, cross, cycle, drift, drive, explore, fly, gallop, go, hike, hop, hurry, jog, journey, leap, march, move, paddle, pass, race, return, ride, roam, row, run, rush, sail, skate, ski, slip, sneak, stroll, travel, trot, walk, wander"
    ),
    "hold": _split("""
        absorb, accept, add, allow, attach to, block, brighten, clip to, combine, complement, contain, cover, cushion, decorate, divide, encourage, enclose, ease, fit, frame, grip, guard, hide, hold, include, insulate, keep, light, link, match, need, offer, protect, provide, reach, reduce, reflect,
        reinforce, release, replace, require, resist, save, seal, secure, shade, share, show, soften, store, suit, support, surround, take, trap, warm
    """),
    "happen": _split("""
        age, bend, bleed, blend, bounce, break, burn, close, collapse, cool, crack, dim, drip, dry, fade, fit, float, flow, fold flat, freeze, glide, glow, grow, hang, heat up, hum, last, leak, lock, melt, open, pop, ring, ripen, roll, rotate, rust, sag, shatter, shift, shine, shrink, slide,
        slip, snap, spin, split, spread, stick, stop, stretch, swell, swing, swivel, tear, tick, tilt, turn, vibrate, wear out, wobble
    """),
    "tell": _split("""
        admire, analyze, answer, attack, begin with, bring back, capture, celebrate, collect, compare, consider, cover, criticize, defend, define, describe, discover, discuss, encourage, end with, examine, explain, explore, expose, feature, follow, gather, honor, ignore, illustrate, introduce,
        invite, lead through, look at, mention, mix, mourn, open with, paint, portray, praise, present, question, recall, remember, retell, return to, reveal, review, search for, show, study, summarize, talk about, teach, tell of, touch, trace, treat, unite, weave
    """),
    "say": _split(
        "admit, agree, announce, answer, argue, believe, claim, complain, confess, declare, deny, discover, doubt, explain, feel, forget, guess, hear, hope, imagine, insist, know, learn, mention, notice, predict, pretend, promise, prove, realize, remember, repeat, reply, report, say, see, suggest, suspect, think, warn, wish, write"
    ),
}

ADJECTIVES = {
    "person": _split("""
        ambitious, angry, anxious, blind, bold, brave, calm, careful, careless, charming, cheerful, clever, clumsy, cruel, curious, dead, determined, eager, famous, fearless, foolish, forgetful, friendly, funny, generous, gentle, gifted, good-humored, grateful, greedy, handsome, happy, hard-working, helpful,
        honest, hopeful, humble, hungry, impatient, innocent, jealous, joyful, kind, lazy, lonely, loud, lovely, loyal, lucky, mean, merry, modest, moody, mysterious, nervous, noble, obedient, old, older, oldest, orphaned, patient, polite, poor, powerful, proud, quiet, rebellious, reckless, reliable, restless, rich, rude,
        sad, selfish, sensible, serious, shy, silly, skillful, sleepy, slender, stubborn, sweet, talented, tall, thoughtful, tired, tireless, unknown, unlucky, wealthy, weary, wild, wise, witty, worried, young, younger, youngest
    """),
    "thing": _split("""
        adjustable, affordable, ancient, attractive, automatic, basic, beautiful, bent, big, blunt, braided, brand-new, bright, broken, brushed, built-in, bulky, cheap, classic, clean, clear, coarse, coated, colorful, comfortable, compact, complete, convenient, cordless, cracked, crisp, cuddly, curved, damaged, damp, dark, deep, delicate, deluxe,
        detachable, dirty, double, dry, durable, dusty, early, easy, elastic, electric, elegant, empty, enameled, expensive, extra, faded, fancy, fast, fine, firm, flat, flexible, foldable, folding, forged, fragile, fresh, full, genuine, glazed, glossy, hand-painted, handy, hard, heavy, hidden, high, hinged, hollow, hooded, hot, huge, illustrated, insulated,
        knitted, large, late, leafy, lifelong, light, lightweight, limited, long, loose, low, luminous, magnetic, massive, matching, matte, medium, mini, missing, modern, molded, muddy, narrow, natural, neat, new, noisy, open, optional, ordinary, ornate, oval, padded, painted, pale, partial, perfect, plain, pocket-sized, pointed, polished, portable, practical, precious, pretty,
        printed, quick, quilted, rare, recyclable, rechargeable, rectangular, reflective, remastered, removable, reusable, reversible, revised, ribbed, rigid, ripe, rotating, rough, round, rounded, rugged, rusty, scented, shallow, sharp, shiny, short, silent, simple, slim, slippery, small, smooth, snug, soft, soft-touch, solid, spare, spacious, square, stained, standard, steady, steep, sticky, stiff,
        stitched, stretchy, striped, strong, sturdy, stylish, sustainable, swivel, tailored, tapered, textured, thick, thin, tight, tilting, tiny, tough, transparent, trimmed, twisted, unbreakable, unfinished, unsigned, unusual, updated, upright, used, useful, usual, variable, versatile, vintage, warm, washable, waterproof, waxed, wet, wheeled, wide, wireless, wooden, worn, woven, wrapped, zippered
    """),
    "spot": _split("""
        abandoned, arctic, botanical, busy, coastal, cold, cozy, crowded, dangerous, dark, deserted, distant, dusty, endless, faraway, foggy, foreign, forgotten, frozen, grand, green, haunted, hidden, holy, icy, isolated, lively, local, lonely, narrow, nearby, northern, old, open, peaceful, quiet, remote, royal, rural, sandy, scenic, secret, sleepy,
        small, snowy, southern, stormy, strange, sunny, unknown, urban, warm, wild, windy, wintry
    """),
    "idea": _split("""
        absolute, amusing, basic, bitter, bittersweet, bold, boring, bright, broad, brilliant, central, certain, clear, common, complex, concise, constant, cultural, current, daily, deep, deeper, different, difficult, direct, early, elementary, endless, essential, everlasting, exact, exciting, external, fair, false, familiar, famous, fatal, final, first, fond, forbidden, foreign, free, frequent, full, further, future,
        general, gentle, global, good, gradual, great, hard, haunting, heavy, historic, holy, human, ideal, immediate, important, impossible, inner, interesting, internal, intimate, lasting, late, legal, lifelong, likely, literary, little, lost, main, major, marine, mental, minor, modern, moral, mutual, narrow, native, natural, necessary, new, obvious, odd, official, old, only, opposite, ordinary, original, outer, painful, particular,
        perfect, personal, physical, plain, poetic, political, popular, positive, possible, powerful, precious, present, private, probable, profound, proper, public, pure, rapid, rare, real, recent, regular, religious, remarkable, rich, right, romantic, sacred, satirical, savage, scientific, secret, separate, serious, shared, sharp, significant, similar, simple, sincere, slow, social, special, spiritual, spoken, stirring, strange, strong, structural,
        subtle, sudden, sufficient, supreme, suspenseful, tender, terrible, thorough, tragic, true, typical, uncertain, unexpected, unforgettable, uneasy, unique, universal, unlikely, unpaid, unspoken, urgent, useful, usual, vague, valid, vast, violent, visual, vital, vivid, whole, wide, wistful, wonderful, wrong
    """),
}

ADVERBS = _split("""
    accidentally, again, ahead, almost, alone, aloud, already, always, angrily, anywhere, apart, badly, barely, beautifully, bravely, briefly, brightly, carefully, cheerfully, cleanly, clearly, closely, comfortably, completely, constantly, correctly, daily, deeply, directly, early, easily, elsewhere, equally, especially, evenly, eventually,
    everywhere, exactly, fairly, faithfully, finally, firmly, forever, fortunately, forward, freely, frequently, fully, gently, gladly, gradually, greatly, happily, hardly, heavily, honestly, immediately, indoors, instantly, kindly, lately, later, lightly, loudly, mainly, mostly, nearly, neatly, never, nicely, obviously, officially, often, once, outdoors,
    outside, overnight, partly, patiently, perfectly, politely, poorly, possibly, privately, properly, proudly, publicly, quickly, quietly, rapidly, rarely, readily, really, recently, regularly, richly, roughly, sadly, safely, secretly, securely, seldom, sensibly, separately, seriously, sharply, silently, simply, slightly, slowly, smoothly, softly, sometimes,
    soon, specially, steadily, still, strongly, suddenly, surely, swiftly, thoroughly, tightly, together, tomorrow, truly, twice, unexpectedly, usually, warmly, well, widely, wildly, wisely, yesterday
""")

TIMES = _split("""
    in the morning, in the evening, at night, at noon, after supper, before breakfast, during the week, on weekends, every Saturday, on a rainy afternoon, one snowy night, in spring, in early summer, at harvest time, in winter, over the holidays, after a long day, for a week, for many years, for more than a month, since childhood,
    until the end, as soon as possible, all year round, day after day, from time to time, without warning, once again, in seconds, within minutes, for the first time, at last, in the end, long ago, by the end of the day, the next morning, two hours later, half a century ago, throughout the war, until midnight
""")

IRREGULAR = {
    "awake": ("awoke", "awoken"), "become": ("became", "become"), "begin": ("began", "begun"), "bend": ("bent", "bent"), "bind": ("bound", "bound"), "bleed": ("bled", "bled"),
    "break": ("broke", "broken"), "bring": ("brought", "brought"), "build": ("built", "built"), "burn": ("burned", "burned"), "buy": ("bought", "bought"), "catch": ("caught", "caught"),
    "choose": ("chose", "chosen"), "come": ("came", "come"), "cut": ("cut", "cut"), "deal": ("dealt", "dealt"), "dig": ("dug", "dug"), "draw": ("drew", "drawn"), "drive": ("drove", "driven"),
    "eat": ("ate", "eaten"), "fall": ("fell", "fallen"), "feel": ("felt", "felt"), "fight": ("fought", "fought"), "find": ("found", "found"), "fit": ("fit", "fit"), "flee": ("fled", "fled"),
    "fly": ("flew", "flown"), "forget": ("forgot", "forgotten"), "forgive": ("forgave", "forgiven"), "freeze": ("froze", "frozen"), "give": ("gave", "given"), "go": ("went", "gone"), "grind": ("ground", "ground"),
    "grow": ("grew", "grown"), "hang": ("hung", "hung"), "hear": ("heard", "heard"), "hide": ("hid", "hidden"), "hold": ("held", "held"), "hurt": ("hurt", "hurt"), "keep": ("kept", "kept"), "kneel": ("knelt", "knelt"),
    "know": ("knew", "known"), "lead": ("led", "led"), "leap": ("leapt", "leapt"), "leave": ("left", "left"), "lie": ("lay", "lain"), "light": ("lit", "lit"), "lose": ("lost", "lost"), "make": ("made", "made"), "meet": ("met", "met"),
    "pay": ("paid", "paid"), "put": ("put", "put"), "read": ("read", "read"), "retell": ("retold", "retold"), "ride": ("rode", "ridden"), "ring": ("rang", "rung"), "run": ("ran", "run"), "say": ("said", "said"), "see": ("saw", "seen"), "sell": ("sold", "sold"),
    "send": ("sent", "sent"), "sew": ("sewed", "sewn"), "shake": ("shook", "shaken"), "shine": ("shone", "shone"), "show": ("showed", "shown"), "shrink": ("shrank", "shrunk"), "sing": ("sang", "sung"), "sit": ("sat", "sat"), "sleep": ("slept", "slept"),
    "slide": ("slid", "slid"), "speak": ("spoke", "spoken"), "spin": ("spun", "spun"), "split": ("split", "split"), "spread": ("spread", "spread"), "stand": ("stood", "stood"), "steal": ("stole", "stolen"), "stick": ("stuck", "stuck"), "swear": ("swore", "sworn"),
    "sweep": ("swept", "swept"), "swell": ("swelled", "swollen"), "swim": ("swam", "swum"), "swing": ("swung", "swung"), "take": ("took", "taken"), "teach": ("taught", "taught"), "tear": ("tore", "torn"), "tell": ("told", "told"), "think": ("thought", "thought"),
    "throw": ("threw", "thrown"), "understand": ("understood", "understood"), "wake": ("woke", "woken"), "wear": ("wore", "worn"), "weave": ("wove", "woven"), "weep": ("wept", "wept"), "win": ("won", "won"), "wind": ("wound", "wound"), "write": ("wrote", "written"),
}  # fmt: skip
DOUBLED = _split(
    "bat, chop, clap, clip, dig, dim, drip, drop, fit, flip, grab, grin, grip, hop, hug, hum, jog, knit, mop, nod, pat, pin, pit, plan, plug, pop, pot, run, rub, sag, scrub, shop, shrug, sit, skip, slip, snap, spin, split, stir, stop, swap, swim, trap, trim, trot, wrap, "
    "win, cut, put, forget, begin, admit, get, prefer"
)


def inflect(verb: str, form: str) -> str:
    """Return a verb's third person ("s"), past ("ed"), participle ("en") or gerund ("ing"); particles stay behind it.

    Examples:
        >>> inflect("put away", "ing"), inflect("carry", "ed"), inflect("wash", "s"), inflect("break", "en")
        ('putting away', 'carried', 'washes', 'broken')
    """
    head, space, rest = verb.partition(" ")
    return _inflect_word(head, form) + space + rest


def _inflect_word(verb: str, form: str) -> str:
    if form in ("ed", "en") and verb in IRREGULAR:
        return IRREGULAR[verb][form == "en"]
    consonant_y = verb.endswith("y") and verb[-2] not in "aeiou"
    if form == "s":
        ending = "es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s"
        return verb[:-1] + "ies" if consonant_y else verb + ending
    if verb in DOUBLED:
        verb += verb[-1]
    if form != "ing":
        ending = "d" if verb.endswith("e") else "ed"
        return verb[:-1] + "ied" if consonant_y else verb + ending
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    return (verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")) else verb) + "ing"
