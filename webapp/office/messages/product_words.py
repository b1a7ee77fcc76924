"""What the product itself says in each kind of message, long and as a text message."""

from visits.models.messages import MessageKind

K = MessageKind
LONG = {
    "fr": {
        K.CONFIRMED: "Bonjour,\n\nNous venons vous voir le {day} à {time}.\n{visitor} viendra chez"
        " vous.\n\nSi ce jour ne vous va pas, appelez-nous : nous en choisirons un autre"
        " ensemble.\n\n{ring}\n\n{landlord}",
        K.MOVED: "Bonjour,\n\nNotre visite du {former_day} à {former_time} change.\n\nNous venons"
        " maintenant le {day} à {time}.\n{visitor} viendra chez vous.\n\nSi ce jour ne vous va"
        " pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.CANCELLED: "Bonjour,\n\nNotre visite du {day} à {time} n’aura pas lieu.\n\nVous n’avez"
        " rien à faire. Pour choisir un autre jour, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.REMINDER: "Bonjour,\n\nNous venons vous voir le {day} à {time}.\n{visitor} viendra chez"
        " vous.\n\nSi vous ne pouvez pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.ABSENCE_CARD: "Bonjour,\n\nNous sommes venus vous voir le {day} à {time}. Personne ne"
        " nous a répondu.\n\nAppelez-nous pour choisir un autre jour. Nous reviendrons seulement"
        " avec votre accord.\n\n{ring}\n\n{landlord}",
        K.REFUSAL_LETTER: "Bonjour,\n\nVous nous avez dit que vous ne souhaitez pas cette visite."
        " Nous respectons votre choix. Il ne change rien à votre bail ni à vos droits.\n\nVous"
        " pouvez changer d’avis à tout moment : appelez-nous.\n\n{ring}\n\n{landlord}",
        K.FIRST_LETTER: "Bonjour,\n\nNous vous écrivons avant de vous parler au téléphone."
        "\n\nNous proposons de venir vous voir chez vous, pour regarder avec vous si"
        " votre logement vous convient. C’est gratuit. Vous pouvez accepter, refuser, ou n’accepter"
        " qu’une partie : cela ne change rien à votre bail ni à vos droits.\n\nNous vous"
        " appellerons. Vous pouvez aussi nous appeler.\n\n{ring}\n\n{landlord}",
        K.DOOR_CARD: "Bonjour,\n\nNous avons essayé de vous joindre par téléphone, sans réponse."
        "\n\nNous proposons de venir vous voir chez vous. C’est gratuit, et vous pouvez refuser :"
        " cela ne change rien à votre bail ni à vos droits.\n\nAppelez-nous quand vous voulez."
        "\n\n{ring}\n\n{landlord}",
        K.TO_CONCLUDE: "Bonjour {name},\n\nVotre visite du {day} attend sa conclusion.\n\n{link}",
        K.DIGEST: "Bonjour {name},\n\nLettres à imprimer : {letters}\nMessages non partis :"
        " {failed}\n\n{link}",
        K.WORKS_PLANNED: "Bonjour,\n\nDes travaux sont prévus chez vous le {day} {part}.\nIl s’agit"
        " de : {works}.\nQui vient : {company}.\n\nSi ce jour ne vous va pas, appelez-nous : nous"
        " en choisirons un autre ensemble.\n\n{ring}\n\n{landlord}",
        K.WORKS_MOVED: "Bonjour,\n\nLes travaux prévus chez vous le {former_day} {former_part}"
        " changent de jour.\n\nNous venons maintenant le {day} {part}.\nIl s’agit de : {works}."
        "\nQui vient : {company}.\n\nSi ce jour ne vous va pas, appelez-nous.\n\n{ring}"
        "\n\n{landlord}",
        K.WORKS_OFF: "Bonjour,\n\nLes travaux prévus chez vous le {day} {part} n’auront pas lieu ce"
        " jour-là.\nIl s’agissait de : {works}.\n\nVous n’avez rien à faire. Pour toute question,"
        " appelez-nous.\n\n{ring}\n\n{landlord}",
        K.WORKS_ENDED: "Bonjour,\n\nLes travaux chez vous sont terminés.\nIl s’agissait de :"
        " {works}.\n\nSi quelque chose ne va pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.HOUSE_PLANNED: "Bonjour,\n\nDes travaux sont prévus dans votre résidence le {day} {part}."
        "\nIl s’agit de : {works}.\nQui vient : {company}.\n\nPour toute question, appelez-nous."
        "\n\n{ring}\n\n{landlord}",
        K.HOUSE_MOVED: "Bonjour,\n\nLes travaux prévus dans votre résidence le {former_day}"
        " {former_part} changent de jour.\n\nIls ont lieu maintenant le {day} {part}.\nIl s’agit"
        " de : {works}.\nQui vient : {company}.\n\nPour toute question, appelez-nous.\n\n{ring}"
        "\n\n{landlord}",
        K.HOUSE_OFF: "Bonjour,\n\nLes travaux prévus dans votre résidence le {day} {part} n’auront"
        " pas lieu ce jour-là.\nIl s’agissait de : {works}.\n\nPour toute question, appelez-nous."
        "\n\n{ring}\n\n{landlord}",
        K.HOUSE_ENDED: "Bonjour,\n\nLes travaux dans votre résidence sont terminés.\nIl s’agissait"
        " de : {works}.\n\nSi quelque chose ne va pas, appelez-nous.\n\n{ring}\n\n{landlord}",
        K.REPORT: "Bonjour,\n\nLe compte rendu de notre visite est prêt. Pour le lire, ouvrez ce"
        " lien et donnez votre date de naissance :\n\n{link}\n\nLe lien s’ouvre jusqu’au {until}."
        " Ne le transmettez à personne.\n\nVous préférez le recevoir sur papier ?"
        " Appelez-nous.\n\n{ring}\n\n{landlord}",
        K.PLACE_ACCEPTED: "Bonjour,\n\nVotre demande de logement est acceptée : {programme}."
        "\n\n{why}\n\nVous êtes maintenant sur la liste d’attente. Nous vous écrirons dès qu’un"
        " logement se libère pour vous.\n\n{ring}\n\n{landlord}",
        K.PLACE_REFUSED: "Bonjour,\n\nNous ne pouvons pas accepter votre demande de logement :"
        " {programme}.\n\nLa raison : {why}\n\nVoici ce que nous vous proposons :\n{instead}"
        "\n\nVous pouvez nous demander d’étudier à nouveau votre demande : appelez-nous."
        "\n\n{ring}\n\n{landlord}",
        K.PLACE_OFFERED: "Bonjour,\n\nUn logement se libère pour vous : {place}.\n\nDites-nous"
        " avant le {answer_by} si vous le souhaitez. Vous pouvez le visiter avant de répondre."
        "\n\n{ring}\n\n{landlord}",
        K.PLACE_WAITS: "Bonjour,\n\nVous êtes toujours sur la liste d’attente : {programme}."
        "\n\nVous gardez votre place, depuis le {listed_on}. Nous vous écrirons dès qu’un autre"
        " logement se libère pour vous.\n\n{ring}\n\n{landlord}",
    },
    "en": {
        K.CONFIRMED: "Hello,\n\nWe are coming to see you on {day} at {time}.\n{visitor} will come"
        " to your home.\n\nIf that day does not suit you, ring us: we will choose another one"
        " together.\n\n{ring}\n\n{landlord}",
        K.MOVED: "Hello,\n\nOur visit of {former_day} at {former_time} changes.\n\nWe now come on"
        " {day} at {time}.\n{visitor} will come to your home.\n\nIf that day does not suit you,"
        " ring us.\n\n{ring}\n\n{landlord}",
        K.CANCELLED: "Hello,\n\nOur visit of {day} at {time} will not take place.\n\nThere is"
        " nothing you need to do. To choose another day, ring us.\n\n{ring}\n\n{landlord}",
        K.REMINDER: "Hello,\n\nWe are coming to see you on {day} at {time}.\n{visitor} will come"
        " to your home.\n\nIf you cannot be there, ring us.\n\n{ring}\n\n{landlord}",
        K.ABSENCE_CARD: "Hello,\n\nWe came to see you on {day} at {time}. Nobody answered.\n\n"
        "Ring us to choose another day. We will come again only if you agree."
        "\n\n{ring}\n\n{landlord}",
        K.REFUSAL_LETTER: "Hello,\n\nYou told us that you do not want this visit. We respect your"
        " choice. It changes nothing in your lease or your rights.\n\nYou may change your mind at"
        " any time: ring us.\n\n{ring}\n\n{landlord}",
        K.FIRST_LETTER: "Hello,\n\nWe write to you before we talk.\n\nWe offer to come and see"
        " you at home, to look with you at whether your home suits you. It is free. You may accept,"
        " refuse, or accept a part of it only: it changes nothing in your lease or your rights."
        "\n\nWe will ring you. You may also ring us.\n\n{ring}\n\n{landlord}",
        K.DOOR_CARD: "Hello,\n\nWe tried to ring you, and nobody answered.\n\nWe offer to come and"
        " see you at home. It is free, and you may refuse: it changes nothing in your lease or your"
        " rights.\n\nRing us whenever you like.\n\n{ring}\n\n{landlord}",
        K.TO_CONCLUDE: "Hello {name},\n\nYour visit of {day} waits for its conclusion.\n\n{link}",
        K.DIGEST: "Hello {name},\n\nLetters to print: {letters}\nMessages that did not go out:"
        " {failed}\n\n{link}",
        K.WORKS_PLANNED: "Hello,\n\nWorks are planned in your home on {day} {part}.\nWhat they are"
        " about: {works}.\nWho comes: {company}.\n\nIf that day does not suit you, ring us: we will"
        " choose another one together.\n\n{ring}\n\n{landlord}",
        K.WORKS_MOVED: "Hello,\n\nThe works planned in your home on {former_day} {former_part} are"
        " on another day.\n\nWe now come on {day} {part}.\nWhat they are about: {works}.\nWho"
        " comes: {company}.\n\nIf that day does not suit you, ring us.\n\n{ring}\n\n{landlord}",
        K.WORKS_OFF: "Hello,\n\nThe works planned in your home on {day} {part} will not take place"
        " on that day.\nWhat they were about: {works}.\n\nThere is nothing you need to do. If you"
        " have a question, ring us.\n\n{ring}\n\n{landlord}",
        K.WORKS_ENDED: "Hello,\n\nThe works in your home are done.\nWhat they were about: {works}."
        "\n\nIf something is not right, ring us.\n\n{ring}\n\n{landlord}",
        K.HOUSE_PLANNED: "Hello,\n\nWorks are planned in your residence on {day} {part}.\nWhat they"
        " are about: {works}.\nWho comes: {company}.\n\nIf you have a question, ring us.\n\n{ring}"
        "\n\n{landlord}",
        K.HOUSE_MOVED: "Hello,\n\nThe works planned in your residence on {former_day} {former_part}"
        " are on another day.\n\nThey now take place on {day} {part}.\nWhat they are about:"
        " {works}.\nWho comes: {company}.\n\nIf you have a question, ring us.\n\n{ring}"
        "\n\n{landlord}",
        K.HOUSE_OFF: "Hello,\n\nThe works planned in your residence on {day} {part} will not take"
        " place on that day.\nWhat they were about: {works}.\n\nIf you have a question, ring us."
        "\n\n{ring}\n\n{landlord}",
        K.HOUSE_ENDED: "Hello,\n\nThe works in your residence are done.\nWhat they were about:"
        " {works}.\n\nIf something is not right, ring us.\n\n{ring}\n\n{landlord}",
        K.REPORT: "Hello,\n\nThe report of our visit is ready. To read it, open this link and give"
        " your date of birth:\n\n{link}\n\nThe link opens until {until}. Pass it on"
        " to nobody.\n\nWould you rather have it on paper? Ring us.\n\n{ring}\n\n{landlord}",
        K.PLACE_ACCEPTED: "Hello,\n\nYour request for a home is accepted: {programme}.\n\n{why}"
        "\n\nYou are now on the waiting list. We will write to you as soon as a home falls free"
        " for you.\n\n{ring}\n\n{landlord}",
        K.PLACE_REFUSED: "Hello,\n\nWe cannot accept your request for a home: {programme}."
        "\n\nThe reason: {why}\n\nThis is what we propose to you:\n{instead}\n\nYou may ask us to"
        " look at your request again: ring us.\n\n{ring}\n\n{landlord}",
        K.PLACE_OFFERED: "Hello,\n\nA home falls free for you: {place}.\n\nTell us before"
        " {answer_by} whether you wish for it. You may look at it before you answer."
        "\n\n{ring}\n\n{landlord}",
        K.PLACE_WAITS: "Hello,\n\nYou are still on the waiting list: {programme}.\n\nYou keep where"
        " you stand, since {listed_on}. We will write to you as soon as another home falls free"
        " for you.\n\n{ring}\n\n{landlord}",
    },
}
SHORT = {
    "fr": {
        K.CONFIRMED: "{landlord} : visite le {day} à {time}. Ce jour ne va pas ? Appelez-nous.",
        K.MOVED: "{landlord} : la visite du {former_day} est changée. Nous venons le {day} à"
        " {time}. Ce jour ne va pas ? Appelez-nous.",
        K.CANCELLED: "{landlord} : la visite du {day} à {time} n’aura pas lieu. Appelez-nous pour"
        " un autre jour.",
        K.REMINDER: "{landlord} : nous venons le {day} à {time}. Vous ne pouvez pas ?"
        " Appelez-nous.",
        K.WORKS_PLANNED: "{landlord} : travaux chez vous le {day} {part}. Ce jour ne va pas ?"
        " Appelez-nous.",
        K.WORKS_MOVED: "{landlord} : les travaux du {former_day} sont déplacés au {day} {part}."
        " Ce jour ne va pas ? Appelez-nous.",
        K.WORKS_OFF: "{landlord} : les travaux du {day} {part} n’auront pas lieu ce jour-là.",
        K.WORKS_ENDED: "{landlord} : les travaux chez vous sont terminés. Quelque chose ne va pas ?"
        " Appelez-nous.",
        K.HOUSE_PLANNED: "{landlord} : travaux dans votre résidence le {day} {part}. Une question ?"
        " Appelez-nous.",
        K.HOUSE_MOVED: "{landlord} : les travaux du {former_day} dans votre résidence sont déplacés"
        " au {day} {part}. Une question ? Appelez-nous.",
        K.HOUSE_OFF: "{landlord} : les travaux du {day} {part} dans votre résidence n’auront pas"
        " lieu ce jour-là.",
        K.HOUSE_ENDED: "{landlord} : les travaux dans votre résidence sont terminés. Quelque chose"
        " ne va pas ? Appelez-nous.",
    },
    "en": {
        K.CONFIRMED: "{landlord}: visit on {day} at {time}. Does not suit you? Ring us.",
        K.MOVED: "{landlord}: the visit of {former_day} has changed. We come on {day} at {time}."
        " Does not suit you? Ring us.",
        K.CANCELLED: "{landlord}: the visit of {day} at {time} will not take place. Ring us for"
        " another day.",
        K.REMINDER: "{landlord}: we come on {day} at {time}. You cannot? Ring us.",
        K.WORKS_PLANNED: "{landlord}: works in your home on {day} {part}. Does not suit you? Ring"
        " us.",
        K.WORKS_MOVED: "{landlord}: the works of {former_day} are moved to {day} {part}. Does not"
        " suit you? Ring us.",
        K.WORKS_OFF: "{landlord}: the works of {day} {part} will not take place on that day.",
        K.WORKS_ENDED: "{landlord}: the works in your home are done. Something is not right? Ring"
        " us.",
        K.HOUSE_PLANNED: "{landlord}: works in your residence on {day} {part}. A question? Ring"
        " us.",
        K.HOUSE_MOVED: "{landlord}: the works of {former_day} in your residence are moved to {day}"
        " {part}. A question? Ring us.",
        K.HOUSE_OFF: "{landlord}: the works of {day} {part} in your residence will not take place"
        " on that day.",
        K.HOUSE_ENDED: "{landlord}: the works in your residence are done. Something is not right?"
        " Ring us.",
    },
}
