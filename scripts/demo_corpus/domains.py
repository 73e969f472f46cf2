"""The kinds of things that questions are about, each with the words that belong to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """One field of everyday life.

    Attributes:
        family: what its things are called together, such as "kitchen tool".
        nouns: things, in the singular.
        materials: what they are made of.
        places, acts, actings, people, parts, words: fillers for the slots of the same names in the patterns;
            acts are infinitives ("bake bread"), actings are nouns of activity ("baking"), words are adjectives.
    """

    family: tuple[str, ...]
    nouns: tuple[str, ...]
    materials: tuple[str, ...]
    places: tuple[str, ...]
    acts: tuple[str, ...]
    actings: tuple[str, ...]
    people: tuple[str, ...]
    parts: tuple[str, ...]
    words: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in " ".join(text.split()).split(","))


def _domain(
    family: str, nouns: str, materials: str, places: str, acts: str, actings: str, people: str, parts: str, words: str
) -> Domain:
    return Domain(*map(_split, (family, nouns, materials, places, acts, actings, people, parts, words)))


GOODS: dict[str, Domain] = {
    "kitchen": _domain(
        "kitchen tool, cooking tool, thing for the kitchen, household object",
        "skillet, frying pan, saucepan, stock pot, kettle, teapot, coffee maker, coffee grinder, mug, cup, bowl, "
        "mixing bowl, plate, serving dish, tray, chopping board, cutting board, chef knife, bread knife, peeler, "
        "grater, whisk, ladle, spatula, wooden spoon, rolling pin, measuring cup, kitchen scale, colander, sieve, "
        "baking sheet, cake tin, muffin tin, pie dish, casserole, roasting pan, wok, pressure cooker, toaster, "
        "blender, "
        "mixer, food processor, juicer, salt mill, pepper mill, spice rack, storage jar, bread box, lunch box, water "
        "bottle, thermos, jug, pitcher, wine glass, tumbler, corkscrew, bottle opener, can opener, tongs, dish rack, "
        "oven glove, apron, tea towel, ice cream scoop, garlic press, salad spinner, egg timer, waffle maker, cookie "
        "cutter, butter dish, fruit bowl, cheese board, carafe, coaster, placemat, napkin holder",
        "cast iron, stainless steel, copper, aluminum, enamel, ceramic, stoneware, porcelain, glass, bamboo, "
        "beech wood, "
        "olive wood, acacia wood, silicone, plastic, carbon steel, melamine, earthenware, walnut wood",
        "kitchen, dining room, pantry, oven, stove, restaurant, family table, countertop, drawer beside the stove, "
        "dishwasher, cupboard",
        "cook a simple meal, bake bread, boil water, fry eggs, prepare vegetables, serve soup, roast meat, make "
        "coffee, "
        "drink tea, store food, slice fruit, mix a sauce, cook for a family, keep food warm, measure flour, stir "
        "a stew",
        "cooking, baking, frying, roasting, serving food, preparing meals, making coffee, storing food",
        "cooks, home cooks, families, bakers, chefs, students, grandparents, people who like to eat well",
        "handle, lid, base, rim, spout, blade, edge, bottom, cover, knob, inner surface, nonstick coating",
        "practical, sturdy, heavy, even, easy to clean, dishwasher safe, durable, simple, sharp, warm, hot",
    ),
    "home": _domain(
        "household object, piece for the home, thing for the house, piece of furniture",
        "table lamp, floor lamp, lamp, desk lamp, ceiling light, pendant light, lantern, candle, candle holder, "
        "vase, "
        "picture frame, mirror, wall clock, alarm clock, rug, carpet, doormat, curtain, blanket, throw, cushion, "
        "pillow, "
        "pillowcase, duvet cover, bed sheet, quilt, mattress, chair, armchair, rocking chair, stool, bench, "
        "sofa, table, "
        "coffee table, side table, desk, bookshelf, shelf, wardrobe, dresser, drawer, cabinet, nightstand, bed "
        "frame, "
        "coat rack, hook, basket, laundry basket, storage box, bin, towel, bath towel, bath mat, shower curtain, "
        "soap "
        "dish, toothbrush holder, broom, mop, bucket, iron, ironing board, vacuum cleaner, fan, heater, "
        "humidifier, air "
        "purifier, door handle, plant stand, wall art, poster, tapestry, wreath, ornament, figurine, sculpture",
        "oak, pine, walnut, teak, brass, copper, steel, iron, glass, cotton, linen, wool, velvet, rattan, "
        "bamboo, jute, "
        "marble, ceramic, porcelain, leather, felt, silk, polyester, concrete, wicker, paper, metal, wood",
        "living room, bedroom, hallway, bathroom, nursery, guest room, corner of a room, window sill, home office, "
        "staircase, apartment, entrance, balcony",
        "light a room, decorate a wall, keep a room tidy, rest after work, welcome guests, store clothes, warm a "
        "bed, "
        "read in the evening, fill an empty corner, dry the hands, clean the floor, sit together, hang a coat",
        "lighting, decorating, tidying, resting, cleaning, storing things, furnishing a room",
        "families, tenants, guests, couples, designers, people who live alone, people who move often",
        "shade, base, frame, leg, cushion, cover, fabric, switch, cord, shelf, drawer, surface, border, hook, bulb",
        "soft, warm, cozy, elegant, modern, rustic, bright, quiet, comfortable, washable, light, solid, decorative",
    ),
    "tools": _domain(
        "tool, hand tool, piece of hardware, thing for the workshop",
        "hammer, screwdriver, wrench, socket set, drill, cordless drill, drill bit, saw, hand saw, saw blade, plane, "
        "chisel, file, pliers, clamp, vise, tape measure, level, square, ladder, toolbox, tool bag, workbench, nail, "
        "screw, bolt, nut, washer, hinge, bracket, padlock, lock, key, chain, rope, wire, cable tie, hose, "
        "valve, pipe, "
        "pump, sander, sandpaper, grinder, soldering iron, multimeter, flashlight, work light, extension cord, glue, "
        "tape, paint brush, paint roller, sealant, safety glasses, work gloves, ear protection, dust mask, "
        "caster wheel",
        "steel, hardened steel, stainless steel, brass, aluminum, rubber, plastic, nylon, carbide, zinc, wood, iron, "
        "chrome vanadium steel, fiberglass, leather",
        "workshop, garage, basement, building site, shed, workbench, tool cabinet, factory, boat",
        "fix a broken door, drill a hole, tighten a bolt, cut wood, measure a wall, repair a bicycle, hang a "
        "picture, "
        "build a shelf, hold two pieces together, paint a wall, loosen a screw, join two pipes",
        "repairing, building, drilling, measuring, cutting, sanding, fastening, woodworking",
        "carpenters, mechanics, plumbers, electricians, builders, beginners, people who repair things at home",
        "handle, grip, blade, jaw, head, shaft, tip, tooth, case, battery, motor, thread, spring, trigger, scale",
        "strong, precise, sharp, heavy duty, hard, reliable, adjustable, compact, powerful, resistant, tough",
    ),
    "garden": _domain(
        "garden tool, thing for the garden, outdoor object",
        "flower pot, planter, watering can, garden hose, sprinkler, rake, spade, shovel, trowel, hoe, pruning "
        "shears, "
        "hedge trimmer, lawn mower, wheelbarrow, garden bench, hammock, parasol, bird feeder, bird house, seed "
        "packet, "
        "compost bin, greenhouse, trellis, garden light, fire pit, grill, barbecue cover, fence, garden glove, "
        "kneeling "
        "pad, rain gauge, wind chime, fountain, stepping stone, plant label, raised bed, herb kit",
        "terracotta, galvanized steel, cedar wood, teak, plastic, resin, stone, iron, bamboo, stainless steel, "
        "ceramic, "
        "recycled plastic, canvas, concrete",
        "garden, terrace, balcony, lawn, vegetable bed, greenhouse, backyard, park, orchard, patio",
        "water the plants, dig the soil, grow tomatoes, cut the grass, trim a hedge, plant flowers, feed the birds, "
        "collect the leaves, sit in the shade, grow herbs, prune the roses",
        "gardening, planting, watering, digging, growing vegetables, watching birds",
        "gardeners, neighbors, families, bird lovers, farmers, people with a balcony, retired people",
        "handle, blade, nozzle, drainage hole, wheel, rim, tray, roof, frame, seat, cover, stake",
        "green, fresh, weatherproof, light, rust resistant, sunny, natural, frost proof, colorful, roomy",
    ),
    "office": _domain(
        "piece of stationery, office supply, thing for the desk",
        "notebook, journal, diary, planner, calendar, sketchbook, notepad, sticky note, pencil, pen, ballpoint pen, "
        "fountain pen, gel pen, marker, highlighter, crayon, eraser, pencil sharpener, ruler, stapler, paper clip, "
        "binder, folder, file box, envelope, label, stamp, ink pad, ink cartridge, toner, printer paper, printer, "
        "whiteboard, cork board, push pin, desk organizer, pen holder, letter tray, calculator, scissors, tape "
        "dispenser, glue stick, briefcase, business card holder, office chair, monitor stand, mouse pad, bookend, "
        "greeting card, index card, laminator, shredder, hole punch, clipboard, presentation remote",
        "paper, recycled paper, leather, cardboard, plastic, wood, metal, steel, linen, cork, acrylic, mesh, vinyl",
        "office, school, library, classroom, study, meeting room, desk drawer, home office",
        "write a letter, take notes, plan the week, draw a sketch, sort documents, sign a contract, mark a page, "
        "mail a "
        "parcel, keep papers together, do homework, print a report, remember a date",
        "writing, drawing, planning, sorting, studying, printing, mailing",
        "students, teachers, writers, secretaries, artists, office workers, children, managers",
        "page, cover, tip, cap, ink, spine, pocket, divider, ring, clip, lining, refill, edge",
        "smooth, ruled, blank, tidy, handy, waterproof, permanent, refillable, slim, clear, acid free, bright",
    ),
    "electronics": _domain(
        "electronic device, piece of technology, gadget, machine",
        "headphones, earbuds, speaker, radio, alarm clock radio, television, remote control, projector, camera, "
        "lens, "
        "tripod, camera bag, memory card, hard drive, laptop, tablet, keyboard, mouse, monitor, webcam, microphone, "
        "router, network cable, charger, battery, power bank, power adapter, usb cable, phone, phone case, screen "
        "protector, smart watch, fitness tracker, game controller, console, printer cartridge, scanner, amplifier, "
        "turntable, record player, car stereo, dash camera, navigation system, thermometer, doorbell, security "
        "camera, "
        "light bulb, led strip, smart plug, translator, e-reader, antenna, docking station, cooling fan, sound bar",
        "plastic, aluminum, glass, steel, silicone, rubber, leather, copper, nylon, tempered glass",
        "office, living room, car, studio, classroom, airplane, hotel room, gym, desk, pocket",
        "listen to music, take pictures, call a friend, watch a film, charge a phone, store files, record a "
        "voice, play "
        "a game, work from home, print a photo, connect two devices, follow the news, measure the temperature",
        "listening, recording, charging, taking pictures, working, playing, watching films, connecting devices",
        "students, photographers, musicians, travelers, gamers, office workers, parents, engineers",
        "screen, button, battery, cable, plug, lens, speaker, microphone, port, case, sensor, display, signal, cord",
        "wireless, digital, portable, fast, rechargeable, compact, loud, clear, sharp, modern, compatible, silent",
    ),
    "clothing": _domain(
        "piece of clothing, garment, thing to wear, accessory",
        "shirt, t-shirt, blouse, sweater, cardigan, hoodie, jacket, coat, raincoat, vest, dress, skirt, "
        "trousers, jeans, "
        "shorts, leggings, pajamas, robe, sock, glove, mitten, scarf, hat, cap, beanie, belt, tie, bow tie, shoe, "
        "sneaker, running shoe, boot, hiking boot, sandal, slipper, handbag, backpack, wallet, purse, tote bag, "
        "watch, "
        "bracelet, necklace, ring, earrings, brooch, sunglasses, umbrella, swimsuit, costume, apron dress, "
        "suspenders",
        "cotton, wool, merino wool, linen, silk, denim, leather, suede, canvas, polyester, fleece, cashmere, nylon, "
        "velvet, silver, gold, sterling silver, corduroy, bamboo fiber, rubber",
        "office, street, mountains, beach, wedding, city, closet, school, party, wardrobe",
        "stay warm, go for a walk, dress for work, run in the park, visit friends, carry small things, dance at "
        "a party, "
        "protect the feet, travel in winter, keep the rain away, match other clothes",
        "dressing, walking, running, traveling, working, dancing, going out",
        "men, women, children, runners, travelers, students, people who like fashion",
        "sleeve, collar, pocket, button, zipper, hem, lining, sole, heel, strap, buckle, waist, hood, lace, clasp",
        "soft, warm, light, casual, formal, loose, slim, elegant, breathable, comfortable, stretchy, waterproof",
    ),
    "toys": _domain(
        "toy, plaything, game for children, thing to play with",
        "doll, teddy bear, plush rabbit, stuffed animal, puppet, building blocks, train set, toy car, toy truck, "
        "robot, "
        "puzzle, jigsaw puzzle, board game, card game, dice game, memory game, chess set, kite, ball, jump rope, "
        "yo-yo, "
        "scooter, tricycle, play tent, doll house, toy kitchen, tea set, coloring book, sticker book, craft kit, "
        "modeling clay, bubble wand, water gun, spinning top, marble run, rocking horse, toy drum, xylophone, baby "
        "rattle, stacking rings, bath toy, night light, costume set, science kit, telescope, model airplane, action "
        "figure, dinosaur, balloon, magic set",
        "wood, plush, cotton, plastic, felt, cardboard, rubber, foam, metal, beech wood, fabric, paper",
        "playroom, nursery, park, classroom, back seat, living room floor, birthday party, beach, bathtub",
        "play with friends, build a tower, tell a story, learn the colors, count to ten, solve a riddle, spend a "
        "rainy "
        "day, race down the hallway, invent a game, learn to share",
        "playing, building, learning, pretending, collecting, drawing, solving puzzles",
        "children, toddlers, babies, parents, grandparents, teachers, collectors, brothers and sisters",
        "wheel, piece, card, board, ear, button, string, box, color, rule, figure, track, sound",
        "colorful, funny, soft, safe, simple, educational, playful, bright, cute, creative, friendly, small",
    ),
    "sport": _domain(
        "piece of sports equipment, thing for outdoor life, piece of equipment",
        "tent, sleeping bag, backpack, hiking pole, camping stove, headlamp, compass, water filter, cooler, bicycle, "
        "bicycle helmet, bicycle pump, bike lock, yoga mat, dumbbell, kettlebell, resistance band, jump rope, "
        "exercise "
        "ball, tennis racket, tennis ball, football, basketball, soccer ball, baseball glove, golf club, golf ball, "
        "fishing rod, fishing reel, fishing line, lure, surfboard, paddle, kayak, life jacket, snorkel, swim "
        "goggles, "
        "ski, snowboard, skate, skateboard, climbing rope, carabiner, boxing glove, knee pad, stopwatch, whistle, "
        "binoculars, hunting knife, canteen, folding chair, picnic basket, travel pillow, suitcase, luggage tag",
        "nylon, aluminum, carbon fiber, steel, rubber, foam, polyester, canvas, titanium, plastic, cork, fiberglass",
        "mountains, forest, gym, lake, river, beach, campsite, stadium, trail, swimming pool, road",
        "climb a hill, sleep outdoors, ride to work, catch a fish, swim a few lengths, train at home, walk in the "
        "forest, play a match, cross a river, stretch after work, stay in shape, pack for a journey",
        "hiking, camping, running, swimming, cycling, fishing, training, traveling, climbing",
        "hikers, campers, runners, cyclists, swimmers, beginners, athletes, families, travelers, anglers",
        "strap, frame, zipper, wheel, buckle, grip, pocket, handle, pole, brake, seat, line, padding, shell",
        "light, waterproof, strong, compact, foldable, flexible, sturdy, fast, adjustable, breathable, padded",
    ),
    "care": _domain(
        "care product, thing for the bathroom, thing for health, everyday product",
        "soap, shampoo, conditioner, hand cream, body lotion, face cream, sunscreen, lip balm, perfume, deodorant, "
        "toothbrush, toothpaste, razor, shaving brush, hair brush, comb, hair dryer, nail file, nail polish, makeup "
        "brush, lipstick, mascara, bath salt, bath bomb, sponge, massage oil, essential oil, vitamin, tea, "
        "herbal tea, "
        "coffee, chocolate, honey, olive oil, spice mix, granola, snack bar, cookie mix, bandage, first aid kit, "
        "thermometer, heating pad, dog leash, dog collar, dog bed, cat toy, cat tree, litter box, pet bowl, "
        "aquarium, "
        "bird cage, fish food, baby bottle, diaper bag, stroller, high chair, baby blanket, pacifier, bib",
        "almond oil, lavender, aloe, honey, cotton, bristle, coconut oil, oat, rose water, shea butter, mint, "
        "bamboo, "
        "clay, nylon, beeswax, green tea, silicone",
        "bathroom, bedroom, nursery, kitchen cupboard, travel bag, spa, gym bag, pet bed",
        "wash the hands, care for the skin, brush the hair, start the morning, calm down in the evening, feed a pet, "
        "walk the dog, look after a baby, enjoy a hot bath, protect the lips, drink something warm",
        "washing, bathing, caring, shaving, feeding, walking a dog, relaxing",
        "adults, parents, babies, pet owners, dogs, cats, families, people with dry skin, travelers",
        "bottle, tube, cap, scent, brush, bristle, lid, pump, ingredient, formula, foam, strap, flavor",
        "gentle, mild, fresh, natural, fragrant, soft, creamy, soothing, organic, light, sweet, clean, healthy",
    ),
    "craft": _domain(
        "craft supply, instrument, thing for a hobby, part",
        "knitting needle, crochet hook, ball of yarn, sewing machine, sewing kit, thread, fabric, button, "
        "ribbon, bead, "
        "embroidery hoop, quilting ruler, pattern, paint set, watercolor set, acrylic paint, canvas, easel, "
        "brush set, "
        "colored pencil, charcoal, pastel, stencil, rubber stamp, scrapbook, photo album, glue gun, jewelry kit, "
        "candle "
        "making kit, soap mold, leather kit, guitar, ukulele, violin, flute, harmonica, drum, drum stick, piano "
        "stool, "
        "keyboard stand, music stand, guitar string, guitar pick, tuner, metronome, trumpet, recorder, "
        "tambourine, car "
        "mat, seat cover, windshield wiper, oil filter, air filter, brake pad, spark plug, tire gauge, floor "
        "jack, car "
        "cover, steering wheel cover, trailer hitch, motorcycle glove, roof rack",
        "wool, cotton, brass, rosewood, maple, spruce, steel, nylon, rubber, plastic, silk, linen, acrylic, ebony, "
        "leather, mahogany, bronze, polyester",
        "studio, workshop, garage, music room, craft corner, stage, classroom, trunk of a car",
        "sew a dress, knit a scarf, paint a landscape, learn a song, play in a band, change the oil, make a present, "
        "keep a car clean, decorate a card, tune a guitar, draw a portrait, practice scales",
        "sewing, knitting, painting, playing music, driving, repairing cars, making presents, drawing",
        "artists, musicians, beginners, drivers, teachers, hobbyists, collectors, children, mechanics",
        "string, needle, hook, brush, neck, key, thread, edge, bow, tube, cover, seam, pad, valve, case",
        "fine, smooth, rich, handmade, bright, mellow, colorful, careful, traditional, loud, exact, flexible",
    ),
}
