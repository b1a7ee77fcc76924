"""What is said of a line that is imported all the same, in French and English."""

WARNED: dict[str, dict[str, str]] = {
    "missing_birth_date": {
        "fr": "Date de naissance absente : la personne ne sera pas proposée par un "
        "programme selon l’âge.",
        "en": "No birth date: a programme that goes by age will not propose this person.",
    },
    "short_year": {
        "fr": "« {value} » : l’année n’a que deux chiffres, lue comme {read}.",
        "en": "“{value}”: the year has only two digits, read as {read}.",
    },
    "duplicate_line": {
        "fr": "Déjà présent à la ligne {line} : cette ligne n’ajoute rien.",
        "en": "Already there at line {line}: this line adds nothing.",
    },
    "city_disagrees": {
        "fr": "« {value} » ne va pas avec le code postal {postcode}, d’après les autres lignes.",
        "en": "“{value}” does not go with postcode {postcode}, going by the other lines.",
    },
    "address_disagrees": {
        "fr": "« {value} » : le patrimoine donne une autre adresse à ce logement "
        "({known}), qui est gardée.",
        "en": "“{value}”: the stock gives this dwelling another address ({known}), which is kept.",
    },
    "no_address": {
        "fr": "Logement inconnu et sans adresse : il attend le fichier des logements.",
        "en": "Unknown dwelling without an address: it waits for the file of dwellings.",
    },
    "outside_territory": {
        "fr": "Cette ligne parle d’un logement ou d’une personne hors de votre territoire. "
        "Faites-la importer par quelqu’un qui voit tout le parc.",
        "en": "This line is about a dwelling or a person outside your territory. "
        "Have it imported by somebody who sees the whole stock.",
    },
    "unknown_residence": {
        "fr": "L’immeuble « {value} » n’est pas encore connu : il attend le fichier des immeubles.",
        "en": "Residence “{value}” is not known yet: it waits for the file of residences.",
    },
    "same_name_other_birth_date": {
        "fr": "Une personne du même nom mais née un autre jour vit dans ce logement "
        ": une autre personne est ajoutée.",
        "en": "Somebody of the same name but born another day lives in this "
        "dwelling: another person is added.",
    },
    "same_person_elsewhere": {
        "fr": "Même nom et même date de naissance qu’à la ligne {line}, dans un autre "
        "logement : les deux personnes sont gardées.",
        "en": "Same name and birth date as at line {line}, in another dwelling: "
        "both persons are kept.",
    },
    "moved": {
        "fr": "Vivait dans le logement {known} : un déménagement est enregistré.",
        "en": "Lived in dwelling {known}: a move is recorded.",
    },
    "cases_follow": {
        "fr": "{value} : dossiers qui continuent dans son nouveau logement : {num}.",
        "en": "{value}: cases that go on in the new home: {num}.",
    },
    "more_than_one_named": {
        "fr": "« {value} » : cette ligne semble nommer plus d’une personne, une seule fiche en est "
        "faite. Donnez à chacune sa ligne.",
        "en": "“{value}”: this line seems to name more than one person, and makes one. Give each "
        "a line of her own.",
    },
    "unknown_role": {
        "fr": "« {value} » n’est pas un lien connu : la personne est lue comme habitant le "
        "logement.",
        "en": "“{value}” is no known role: the person is read as living in the dwelling.",
    },
    "unknown_status": {
        "fr": "« {value} » ne dit pas si la personne est présente, partie ou décédée : elle est "
        "lue comme habitant le logement.",
        "en": "“{value}” does not say whether the person is present, gone or dead: she is read as "
        "living in the dwelling.",
    },
    "no_such_date": {
        "fr": "« {value} » est ce que des logiciels écrivent quand il n’y a pas de date : lu comme "
        "une case vide.",
        "en": "“{value}” is what software writes where there is no date: read as an empty cell.",
    },
    "contact_kept": {
        "fr": "« {value} » : gardé comme contact du bail, pas comme occupant.",
        "en": "“{value}”: kept as a contact of the lease, not as an occupant.",
    },
    "was_occupant": {
        "fr": "Était connu comme occupant de ce logement : ne l’est plus.",
        "en": "Was known as an occupant of this dwelling: is no longer.",
    },
    "dead": {
        "fr": "Décès noté au {read} : la personne n’est ni proposée, ni appelée, ni comptée "
        "comme occupante.",
        "en": "Death noted as of {read}: the person is not proposed, called or counted as "
        "living there.",
    },
    "known_dead": {
        "fr": "{value} : décès déjà noté au {read}. Le fichier ne la fait pas revenir.",
        "en": "{value}: death noted already as of {read}. The file does not bring her back.",
    },
    "known_gone": {
        "fr": "{value} : départ noté au {read}. Le fichier ne la fait pas revenir.",
        "en": "{value}: noted as gone since {read}. The file does not bring her back.",
    },
    "gone": {
        "fr": "N’habite plus ce logement depuis le {read}.",
        "en": "No longer lives in this dwelling since {read}.",
    },
    "unknown_gone": {
        "fr": "Ancien occupant, inconnu jusqu’ici : rien à reprendre.",
        "en": "A former occupant not known so far: nothing to take over.",
    },
    "leaves": {
        "fr": "Doit quitter le logement le {read} : y habite encore.",
        "en": "Is to leave the dwelling on {read}: still lives there.",
    },
    "lease_to_come": {
        "fr": "{value} : bail à venir, à partir du {read}. La personne s’installe ce jour-là ; "
        "d’ici là, personne ne l’appelle ni ne la visite, et ceux qui y habitent restent.",
        "en": "{value}: a lease to come, from {read}. The person moves in that day; until then "
        "nobody calls or visits her, and those who live there stay.",
    },
    "new_lease": {
        "fr": "Nouveau bail dans un logement occupé par {known} : les deux sont gardés, à "
        "moins que vous ne choisissiez de les faire se suivre.",
        "en": "A new lease in a dwelling where {known} lives: both are kept, unless you choose "
        "that one follows the other.",
    },
    "presumed_date": {
        "fr": "Même nom qu’une personne du logement {known}, née aussi un 1er janvier : date "
        "présumée, qui ne prouve rien. Les deux personnes sont gardées.",
        "en": "Same name as a person of dwelling {known}, also born on 1 January: a presumed "
        "date, which proves nothing. Both persons are kept.",
    },
    "corrected_by_hand": {
        "fr": "Corrigé à la main le {day} ({known}) ; le fichier dit {value}. La correction est "
        "gardée.",
        "en": "Corrected by hand on {day} ({known}); the file says {value}. The correction "
        "is kept.",
    },
    "lease_withdrawn": {
        "fr": "Ce bail à venir a été retiré à la main : le fichier ne le fait pas revenir.",
        "en": "This lease to come was withdrawn by hand: the file does not bring it back.",
    },
    "role_by_hand": {
        "fr": "Rôle dans le ménage changé à la main le {day} : il est gardé, quoi qu’en dise le "
        "fichier.",
        "en": "Role in the household changed by hand on {day}: it is kept, whatever the file says.",
    },
    "alone_by_hand": {
        "fr": "Dit à la main le {day} si cette personne vit seule : c’est gardé, quoi qu’en dise "
        "le fichier.",
        "en": "Said by hand on {day} whether this person lives alone: it is kept, whatever the "
        "file says.",
    },
    "phone_by_hand": {
        "fr": "Corrigé à la main le {day} ({known}) ; le fichier dit {value}. Le numéro corrigé "
        "est gardé, sauf si vous choisissez celui du fichier.",
        "en": "Corrected by hand on {day} ({known}); the file says {value}. The corrected number "
        "is kept, unless you choose the one of the file.",
    },
    "phone_known_wrong": {
        "fr": "« {value} » a été noté comme un mauvais numéro le {day} : il n’est pas repris.",
        "en": "“{value}” was noted as a wrong number on {day}: it is not taken.",
    },
    "two_addresses": {
        "fr": "« {value} » : le même logement a une autre adresse à la ligne {line} ({known}).",
        "en": "“{value}”: the same dwelling has another address at line {line} ({known}).",
    },
    "other_residence_address": {
        "fr": "« {value} » : les autres lignes de cet immeuble disent {known}, qui est gardé.",
        "en": "“{value}”: the other lines of this residence say {known}, which is kept.",
    },
    "residence_of_several": {
        "fr": "« {value} » désigne des bâtiments d’adresses différentes : ce n’est pas "
        "un immeuble, il est lu comme un bâtiment dans l’adresse.",
        "en": "“{value}” is given to buildings of different addresses: it is no residence and is "
        "read as a building within the address.",
    },
    "number_not_unique": {
        "fr": "Le numéro « {value} » désigne des logements de plusieurs immeubles : il est lu "
        "avec celui de l’immeuble ({read}).",
        "en": "The number “{value}” is given to dwellings of several residences: it is read "
        "together with that of the residence ({read}).",
    },
    "reference_of_several": {
        "fr": "La référence « {value} » désigne des logements à des adresses différentes : "
        "ajoutez la colonne de l’immeuble ou corrigez la référence.",
        "en": "The reference “{value}” is given to dwellings at different addresses: add the "
        "column of the residence or correct the reference.",
    },
}
