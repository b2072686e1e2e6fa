// Made by `npm run client` from the OpenAPI description: change the routes, not this file.

/** Where the operations are, below the address of the platform. */
export const API_PREFIX = '/api/v3'

/** Ce que vous pouvez demander pour ce document. */
export type ActionView = {
  /** À donner à « …/actions/{action} », ou à « …/pages/{link} » si « opens ». */
  readonly name: string
  /** Texte du bouton. */
  readonly label: string
  /** Possible maintenant ; sinon « reason » dit pourquoi pas. */
  readonly enabled: boolean
  /** Pourquoi elle n’est pas possible, et quoi faire. */
  readonly reason?: string
  /** Question à poser avant de la demander. */
  readonly confirm?: string
  /** primary : ce qu’on attend de l’agent ; normal : possible aussi ; danger : à confirmer */
  readonly kind: 'primary' | 'normal' | 'danger'
  /** Mène à une page du service distant, dont l’adresse se demande à chaque fois. */
  readonly opens?: true
}

export type Ask = {
  /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
  readonly version?: number
}

export type AssociationChoice = {
  /** Identifiant du flux. */
  readonly flow: string
  /** Emplacement, pris dans la liste. */
  readonly slot: string
  /** Connecteur qui le servira ; null : ce dont l’entité hérite. */
  readonly instanceId: string | null
}

/** Ce qui sert un emplacement d’un flux. */
export type AssociationView = {
  /** Identifiant du flux. */
  readonly flow: string
  /** Emplacement : l’étape du flux qui a besoin d’un connecteur. */
  readonly slot: string
  /** Nom affiché de l’emplacement. */
  readonly slotLabel: string
  /** Capacité que le connecteur doit offrir. */
  readonly capability: string
  /** Connecteur qui le sert ; null : aucun. */
  readonly instanceId: string | null
  /** Entité au-dessus dont vient ce choix ; null : il est fait ici. */
  readonly inheritedFrom: string | null
}

export type BatchItem = {
  /** Ligne du fichier, ou rang du document dans le lot. */
  readonly line: number
  /** ready : Prêtes à être créées. ; invalid : À corriger : elles ne seront pas créées. ; known : Déjà créées auparavant. ; todo : À faire. ; done : Faites. ; partial : Créées, sans que l’action prévue ait été faite. ; refused : Refusées. ; failed : En erreur. ; cancelled : Annulées. */
  readonly status: 'ready' | 'invalid' | 'known' | 'todo' | 'done' | 'partial' | 'refused' | 'failed' | 'cancelled'
  /** Titre du document ; vide si vous ne pouvez plus le lire. */
  readonly title: string
  /** Document créé ou traité ; null : aucun, ou vous ne pouvez plus le lire. */
  readonly documentId: string | null
  /** Phrases, une par ligne de texte. */
  readonly message: string
}

export type BatchItemPage = {
  /** Les lignes de la page, dans l’ordre. */
  readonly items: readonly BatchItem[]
  /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
  readonly next: number | null
}

export type BatchPage = {
  /** Les lots de la page. */
  readonly items: readonly BatchView[]
  /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
  readonly next: string | null
}

export type BatchView = {
  /** Identifiant du lot. */
  readonly id: string
  /** action : action sur des documents ; creation : création de documents */
  readonly kind: 'action' | 'creation'
  /** examining : vérification du fichier ; ready : vérifié, à confirmer ; running : en cours ; ended : terminé ; cancelled : annulé ; unreadable : fichier illisible, « remarks » dit pourquoi */
  readonly stage: 'examining' | 'ready' | 'running' | 'ended' | 'cancelled' | 'unreadable'
  /** Ce que fait le lot, en quelques mots. */
  readonly label: string
  /** Flux des documents à créer ; null pour une action. */
  readonly flow: string | null
  /** Action demandée pour chaque document ; null : aucune. */
  readonly action: string | null
  /** Phrases qui ne concernent aucune ligne en particulier. */
  readonly remarks: readonly string[]
  /** Nombre de lignes dans chaque situation ; celles qui n’y sont pas n’en ont aucune. */
  readonly counts: {
    /** Prêtes à être créées. */
    readonly ready?: number
    /** À corriger : elles ne seront pas créées. */
    readonly invalid?: number
    /** Déjà créées auparavant. */
    readonly known?: number
    /** À faire. */
    readonly todo?: number
    /** Faites. */
    readonly done?: number
    /** Créées, sans que l’action prévue ait été faite. */
    readonly partial?: number
    /** Refusées. */
    readonly refused?: number
    /** En erreur. */
    readonly failed?: number
    /** Annulées. */
    readonly cancelled?: number
  }
  /** Nombre de lignes connues. */
  readonly total: number
  /** Demande. */
  readonly createdAt: string
  /** Fin ; null : pas encore. */
  readonly endedAt: string | null
}

/** Un choix proposé. */
export type Choice = {
  /** Valeur à enregistrer. */
  readonly value: string
  /** Texte à montrer. */
  readonly label: string
  /** Profondeur dans une arborescence, depuis 0. */
  readonly level?: number
  /** Faux : un titre, qui ne se choisit pas. */
  readonly selectable?: boolean
}

/** Ce qu’un service distant propose pour un champ. */
export type Choices = {
  /** Les choix, dans l’ordre où les montrer. */
  readonly choices: readonly Choice[]
  /** Lecture chez le service distant ; elle sert quelque temps. */
  readonly fetchedAt: string
}

/** Condition sur les champs du document, par leur nom complet. */
export type Condition =
  | {
      /** Champ à regarder. */
      readonly field: string
      /** Valeur qu’il doit avoir. */
      readonly is: string | number | boolean
    }
  | {
      /** Champ qui doit être rempli. */
      readonly filled: string
    }
  | {
      /** Conditions toutes vraies. */
      readonly all: readonly Condition[]
    }
  | {
      /** Conditions dont une au moins est vraie. */
      readonly any: readonly Condition[]
    }
  | {
      /** Condition qui doit être fausse. */
      readonly not: Condition
    }

/** Un connecteur installé, que les entités peuvent régler. */
export type ConnectorType = {
  /** Identifiant du connecteur. */
  readonly id: string
  /** Version de ses réglages. */
  readonly version: number
  /** Nom affiché. */
  readonly label: string
  /** Capacités qu’il offre aux étapes : « signature », « ged »… */
  readonly provides: readonly string[]
  /** Ses réglages, dans l’ordre. */
  readonly fields: readonly FieldView[]
  /** Ce qu’il fait de lui-même à intervalles. */
  readonly schedules: readonly {
    /** Nom, à donner à « …/taches/{schedule} ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
  }[]
  /** Pourquoi il ne s’ajoute pas sur cette plateforme, qui interdit les simulations ; null quand il s’ajoute. */
  readonly forbidden: string | null
  /** Sa page d’aide, en Markdown. */
  readonly help: string
}

/** Une personne de l’annuaire d’une entité. */
export type Contact = {
  /** Identifiant du contact. */
  readonly id: string
  /** Nom affiché ; vide : seule l’adresse est connue. */
  readonly name: string
  /** Adresse de courriel, une seule fois par annuaire. */
  readonly email: string
  /** Groupes de la même entité dont il est membre. */
  readonly groups: readonly {
    /** Identifiant du groupe. */
    readonly id: string
    /** Son nom. */
    readonly name: string
  }[]
}

export type ContactChanges = {
  /** Nom affiché ; peut être vide. */
  readonly name?: string
  /** Adresse de courriel. */
  readonly email?: string
  /** Groupes dont il est membre, tous : il quitte les autres. */
  readonly groups?: readonly string[]
}

/** Plusieurs personnes sous un nom. */
export type ContactGroup = {
  /** Identifiant du groupe. */
  readonly id: string
  /** Entité qui le tient : la vôtre, ou une de celles dont elle dépend et qui le partage. */
  readonly entityId: string
  /** Sa dénomination. */
  readonly entityName: string
  /** Nom du groupe. */
  readonly name: string
  /** Rôle dont les détenteurs sont les membres ; null : les membres sont des contacts. */
  readonly role: string | null
  /** Les entités qui en dépendent le voient. */
  readonly shared: boolean
  /** Nombre de personnes qui recevraient un courriel aujourd’hui. */
  readonly members: number
  /** Comment une liste de destinataires le désigne : « groupe: "Élus" ». */
  readonly written: string
}

export type ContactGroupChanges = {
  /** Nom du groupe, unique dans l’entité. */
  readonly name?: string
  /** Le montrer aux entités qui dépendent de celle-ci. */
  readonly shared?: boolean
}

/** Ce qu’un CSV fait de l’annuaire. */
export type ContactImport = {
  /** Rien n’a été écrit : c’était un essai. */
  readonly rehearsal: boolean
  /** Contacts créés, ou à créer. */
  readonly created: number
  /** Contacts modifiés, ou à modifier. */
  readonly changed: number
  /** Contacts déjà à jour. */
  readonly unchanged: number
  /** Lignes refusées ; les autres sont prises. */
  readonly refused: number
  /** Groupes créés, ou à créer. */
  readonly newGroups: readonly string[]
  /** Chaque ligne du fichier. */
  readonly lines: readonly {
    /** Numéro de la ligne dans le fichier. */
    readonly line: number
    /** Adresse lue. */
    readonly email: string
    /** cree : nouveau contact ; modifie : contact complété ; inchange : déjà à jour ; refuse : ligne refusée */
    readonly status: 'cree' | 'modifie' | 'inchange' | 'refuse'
    /** Ce qui change, ou pourquoi la ligne est refusée. */
    readonly message: string
  }[]
}

export type Credentials = {
  /** Nom de connexion. */
  readonly login: string
  /** Mot de passe. */
  readonly password: string
}

export type DetailedDocument = {
  /** Identifiant du document. */
  readonly id: string
  /** Entité à laquelle il appartient. */
  readonly entityId: string
  /** Identifiant de son flux. */
  readonly flow: string
  /** Nom de son flux. */
  readonly flowLabel: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title: string
  readonly state: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version: number
  /** Création. */
  readonly createdAt: string
  /** Dernier changement. */
  readonly updatedAt: string
  /** Entrée dans son état. */
  readonly stateSince: string
  /** Valeurs, par nom complet de champ ; un fichier : { sha256, name, size, type }. */
  readonly values: Readonly<Record<string, unknown>>
  /** Champs secrets qui sont renseignés ; leur valeur n’est jamais donnée. */
  readonly secretsSet: readonly string[]
  /** Pages de saisie, dans l’ordre. */
  readonly pages: readonly PageView[]
  /** Cheminement, étape par étape. */
  readonly route: readonly RouteStep[]
  /** Actions, permises ou non pour l’instant. */
  readonly actions: readonly ActionView[]
  /** Ce qui empêche encore de l’envoyer ; vide : rien. */
  readonly problems: readonly {
    /** Nom complet du champ. */
    readonly field: string
    /** Ce qui manque ou ne va pas. */
    readonly message: string
  }[]
  /** Un envoi est en cours : rien ne peut être changé avant sa réponse. */
  readonly inFlight: boolean
  /** Prochain essai de la machine ; null : elle n’a rien à faire. */
  readonly nextTry: string | null
  /** Un connecteur est suspendu ou manque : « message » dit lequel. */
  readonly waitsForConnector: boolean
  /** Les 50 dernières lignes. */
  readonly journal?: readonly JournalEntry[]
  /** Toutes les versions de chaque fichier. */
  readonly files?: readonly FileVersion[]
  /** Documents liés que vous pouvez lire. */
  readonly relations?: readonly Relation[]
}

export type DocumentEdition = {
  /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
  readonly version?: number
  /** Valeurs, par nom complet de champ ; un fichier déposé : {"upload": "…"}. Les champs absents ne changent pas. */
  readonly values?: Readonly<Record<string, unknown>>
}

/** Un document, en bref. */
export type DocumentSummary = {
  /** Identifiant du document. */
  readonly id: string
  /** Entité à laquelle il appartient. */
  readonly entityId: string
  /** Identifiant de son flux. */
  readonly flow: string
  /** Nom de son flux. */
  readonly flowLabel: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title: string
  readonly state: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version: number
  /** Création. */
  readonly createdAt: string
  /** Dernier changement. */
  readonly updatedAt: string
  /** Entrée dans son état. */
  readonly stateSince: string
}

/** Un document, tel que ce compte le voit. */
export type DocumentView = {
  /** Identifiant du document. */
  readonly id: string
  /** Entité à laquelle il appartient. */
  readonly entityId: string
  /** Identifiant de son flux. */
  readonly flow: string
  /** Nom de son flux. */
  readonly flowLabel: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title: string
  readonly state: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version: number
  /** Création. */
  readonly createdAt: string
  /** Dernier changement. */
  readonly updatedAt: string
  /** Entrée dans son état. */
  readonly stateSince: string
  /** Valeurs, par nom complet de champ ; un fichier : { sha256, name, size, type }. */
  readonly values: Readonly<Record<string, unknown>>
  /** Champs secrets qui sont renseignés ; leur valeur n’est jamais donnée. */
  readonly secretsSet: readonly string[]
  /** Pages de saisie, dans l’ordre. */
  readonly pages: readonly PageView[]
  /** Cheminement, étape par étape. */
  readonly route: readonly RouteStep[]
  /** Actions, permises ou non pour l’instant. */
  readonly actions: readonly ActionView[]
  /** Ce qui empêche encore de l’envoyer ; vide : rien. */
  readonly problems: readonly {
    /** Nom complet du champ. */
    readonly field: string
    /** Ce qui manque ou ne va pas. */
    readonly message: string
  }[]
  /** Un envoi est en cours : rien ne peut être changé avant sa réponse. */
  readonly inFlight: boolean
  /** Prochain essai de la machine ; null : elle n’a rien à faire. */
  readonly nextTry: string | null
  /** Un connecteur est suspendu ou manque : « message » dit lequel. */
  readonly waitsForConnector: boolean
}

/** Une collectivité, un de ses services, ou la racine. */
export type Entity = {
  /** Identifiant de l’entité. */
  readonly id: string
  /** Dénomination. */
  readonly name: string
  /** Neuf chiffres. */
  readonly siren: string | null
  /** racine : toute la plateforme ; collectivite : collectivité ; centre_de_gestion : centre de gestion ; service : service d’une collectivité */
  readonly kind: 'racine' | 'collectivite' | 'centre_de_gestion' | 'service'
  /** Entité dont elle dépend ; null pour la racine, ou si vous ne pouvez pas voir cette mère. */
  readonly parentId: string | null
  /** Faux : rien de nouveau ne peut y être créé. */
  readonly active: boolean
  /** Vos droits sur elle, quand on la lit seule : « ls-actes:edition ». */
  readonly rights?: readonly string[]
}

export type EntityChanges = {
  /** Dénomination. */
  readonly name?: string
  /** Neuf chiffres, vérifiés. */
  readonly siren?: string | null
  /** Faux : rien de nouveau ne pourra y être créé. */
  readonly active?: boolean
}

/** Un champ : ce qu’il demande, et comment le montrer. */
export type FieldView = {
  /** Nom complet : « objet », « tdtActes.numero ». */
  readonly name: string
  /** Nom affiché. */
  readonly label: string
  /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
  readonly kind:
    | 'text'
    | 'longText'
    | 'number'
    | 'date'
    | 'flag'
    | 'url'
    | 'secret'
    | 'secretFile'
    | 'file'
    | 'files'
    | 'choice'
    | 'remoteChoice'
    | 'pieceTypes'
    | 'mailList'
    | 'rows'
  /** Sans lui, le document ne peut pas partir. */
  readonly required: boolean
  /** Rempli par la machine, jamais saisi. */
  readonly computed: boolean
  /** Vous pouvez le modifier maintenant. */
  readonly editable: boolean
  /** Explication à montrer près du champ. */
  readonly help?: string
  /** Choix d’un champ « choice », dans l’ordre. */
  readonly choices?: readonly {
    /** Valeur à enregistrer. */
    readonly value: string
    /** Texte à montrer. */
    readonly label: string
  }[]
  /** Forme attendue d’un texte. */
  readonly pattern?: {
    /** Expression rationnelle que toute la valeur vérifie. */
    readonly regex: string
    /** Phrase si elle ne la vérifie pas. */
    readonly message: string
  }
  /** Types de fichiers acceptés : « application/pdf ». */
  readonly accept?: readonly string[]
  /** Taille d’un fichier, en octets, au plus. */
  readonly maxBytes?: number
  /** Plus petit nombre accepté. */
  readonly min?: number
  /** Plus grand nombre, ou plus grand nombre de caractères ou de fichiers, accepté. */
  readonly max?: number
  /** Valeur d’un nouveau document. */
  readonly default?: unknown
  /** « pieceTypes » : noms complets des champs qui portent les pièces, dans l’ordre. */
  readonly of?: readonly string[]
  /** Noms complets des champs dont dépend la liste des choix. */
  readonly by?: readonly string[]
  /** Une date à venir est refusée. */
  readonly notAfterToday?: boolean
  readonly when?: Condition
  /** « rows » : ce que porte une ligne. */
  readonly fields?: readonly {
    /** Nom complet : « objet », « tdtActes.numero ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
    readonly kind:
      | 'text'
      | 'longText'
      | 'number'
      | 'date'
      | 'flag'
      | 'url'
      | 'secret'
      | 'secretFile'
      | 'file'
      | 'files'
      | 'choice'
      | 'remoteChoice'
      | 'pieceTypes'
      | 'mailList'
      | 'rows'
    /** Sans lui, le document ne peut pas partir. */
    readonly required: boolean
    /** Rempli par la machine, jamais saisi. */
    readonly computed: boolean
    /** Vous pouvez le modifier maintenant. */
    readonly editable: boolean
    /** Explication à montrer près du champ. */
    readonly help?: string
    /** Choix d’un champ « choice », dans l’ordre. */
    readonly choices?: readonly {
      /** Valeur à enregistrer. */
      readonly value: string
      /** Texte à montrer. */
      readonly label: string
    }[]
    /** Forme attendue d’un texte. */
    readonly pattern?: {
      /** Expression rationnelle que toute la valeur vérifie. */
      readonly regex: string
      /** Phrase si elle ne la vérifie pas. */
      readonly message: string
    }
    /** Types de fichiers acceptés : « application/pdf ». */
    readonly accept?: readonly string[]
    /** Taille d’un fichier, en octets, au plus. */
    readonly maxBytes?: number
    /** Plus petit nombre accepté. */
    readonly min?: number
    /** Plus grand nombre, ou plus grand nombre de caractères ou de fichiers, accepté. */
    readonly max?: number
    /** Valeur d’un nouveau document. */
    readonly default?: unknown
    /** « pieceTypes » : noms complets des champs qui portent les pièces, dans l’ordre. */
    readonly of?: readonly string[]
    /** Noms complets des champs dont dépend la liste des choix. */
    readonly by?: readonly string[]
    /** Une date à venir est refusée. */
    readonly notAfterToday?: boolean
    readonly when?: Condition
  }[]
  /** « rows » : une ligne peut en porter d’autres, sous « enfants ». */
  readonly nested?: boolean
}

export type FileVersion = {
  /** Nom complet du champ. */
  readonly field: string
  /** Empreinte SHA-256, en hexadécimal. */
  readonly sha256: string
  /** Nom du fichier. */
  readonly name: string
  /** En octets. */
  readonly size: number
  /** Type : « application/pdf ». */
  readonly type: string
  /** Dépôt. */
  readonly addedAt: string
  /** Remplacement ou retrait ; null : il y est encore. */
  readonly replacedAt: string | null
}

export type FileView = {
  /** À donner à « …/vues/{viewer} ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
}

export type FileViewer = {
  /** Identifiant de la visionneuse. */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Types de fichiers qu’elle sait montrer. */
  readonly types: readonly string[]
}

/** La page d’aide d’un flux. */
export type FlowHelp = {
  /** Identifiant du flux : « ls-actes ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Famille sous laquelle il est rangé. */
  readonly family: string
  /** Version que suivent les nouveaux documents. */
  readonly version: number
  /** La page d’aide des agents, en Markdown. */
  readonly help: string
}

/** Un flux, tel que le voit ce compte dans cette entité. */
export type FlowSummary = {
  /** Identifiant du flux : « ls-actes ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Famille sous laquelle il est rangé. */
  readonly family: string
  /** Vous pouvez y créer un document de ce flux. */
  readonly canCreate: boolean
}

/** Un flux : sa saisie et ses états. */
export type FlowView = {
  /** Identifiant du flux : « ls-actes ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Famille sous laquelle il est rangé. */
  readonly family: string
  /** Version que suivent les nouveaux documents. */
  readonly version: number
  /** Pages de saisie d’un nouveau document. */
  readonly pages: readonly PageView[]
  /** Tous les états possibles. */
  readonly states: readonly StateView[]
  /** Champs cherchables à part, par « champ.NOM ». */
  readonly indexed: readonly {
    /** Nom complet : « objet », « tdtActes.numero ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
    readonly kind:
      | 'text'
      | 'longText'
      | 'number'
      | 'date'
      | 'flag'
      | 'url'
      | 'secret'
      | 'secretFile'
      | 'file'
      | 'files'
      | 'choice'
      | 'remoteChoice'
      | 'pieceTypes'
      | 'mailList'
      | 'rows'
  }[]
}

export type ForcedState = {
  /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
  readonly version?: number
  /** Nom complet de l’état voulu. */
  readonly state: string
  /** Motif, lu plus tard dans le journal. */
  readonly reason: string
}

export type FoundDocument = {
  readonly document: DocumentSummary
  /** Dénomination de son entité. */
  readonly entityName: string
  /** Le texte, coupé là où commence et finit ce qui était cherché. */
  readonly title: readonly {
    /** Un morceau du texte. */
    readonly text: string
    /** C’est ce qui était cherché. */
    readonly found: boolean
  }[]
  /** Champs où se trouve ce qui était cherché. */
  readonly fields: readonly {
    /** Nom du champ. */
    readonly label: string
    /** Le texte, coupé là où commence et finit ce qui était cherché. */
    readonly value: readonly {
      /** Un morceau du texte. */
      readonly text: string
      /** C’est ce qui était cherché. */
      readonly found: boolean
    }[]
  }[]
}

/** Un rôle donné à un compte. */
export type Grant = {
  /** Entité où il vaut, avec celles qui en dépendent. */
  readonly entityId: string
  /** Identifiant du rôle. */
  readonly role: string
}

export type InstanceEdition = {
  /** Nom donné par l’administrateur. */
  readonly label?: string
  /** Les champs du connecteur ; un secret absent reste tel qu’il est. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Intervalle entre deux interrogations (« 15 min », plusieurs paliers séparés par des virgules) ; null : celui du connecteur. */
  readonly polling?: string | null
  /** Silence après lequel un document est en retard (« 3 jours ») ; null : celle du connecteur. */
  readonly patience?: string | null
  /** Appels en même temps, au plus ; null : ceux du connecteur. */
  readonly concurrency?: number | null
  /** Temps entre deux appels (« 2 s ») ; null : celui du connecteur. */
  readonly spacing?: string | null
}

/** Un connecteur réglé pour une entité. */
export type InstanceView = {
  /** Identifiant de ce connecteur réglé. */
  readonly id: string
  /** Entité qui le possède. */
  readonly entityId: string
  /** Identifiant du connecteur installé. */
  readonly connector: string
  /** Nom du connecteur installé. */
  readonly connectorLabel: string
  /** Nom donné par l’administrateur. */
  readonly label: string
  /** Capacités qu’il offre aux étapes. */
  readonly provides: readonly string[]
  /** Ses réglages, sans les secrets. */
  readonly config: Readonly<Record<string, unknown>>
  /** Secrets qui sont renseignés ; leur valeur n’est jamais donnée. */
  readonly secretsSet: readonly string[]
  /** ok : en service ; suspended : suspendu jusqu’à ce qu’un administrateur y remédie ; breaker : le service distant ne répond pas, les essais sont espacés */
  readonly status: 'ok' | 'suspended' | 'breaker'
  /** Pourquoi il n’est pas en service ; vide sinon. */
  readonly statusMessage: string
  /** Il vient d’une entité au-dessus. */
  readonly inherited: boolean
  /** Intervalle entre deux interrogations (« 15 min », plusieurs paliers séparés par des virgules) ; null : celui du connecteur. */
  readonly polling: string | null
  /** Silence après lequel un document est en retard (« 3 jours ») ; null : celle du connecteur. */
  readonly patience: string | null
  /** Appels en même temps, au plus ; null : ceux du connecteur. */
  readonly concurrency: number | null
  /** Temps entre deux appels (« 2 s ») ; null : celui du connecteur. */
  readonly spacing: string | null
}

/** Une ligne du journal d’un document. */
export type JournalEntry = {
  /** Rang dans le journal de l’entité. */
  readonly seq: number
  /** Moment du fait. */
  readonly at: string
  /** Nature du fait : « state » pour un état atteint, sinon une action, une modification, un essai… */
  readonly kind: string
  /** Sorte de l’état atteint ; null pour tout autre fait. */
  readonly stateKind: 'draft' | 'running' | 'trouble' | 'uncertain' | 'stopped' | 'over' | 'done' | 'abandoned' | null
  /** Nom complet de l’état ou de la tâche, ou nom du fait. */
  readonly event: string
  /** Le même, comme on l’affiche ; peut être vide. */
  readonly label: string
  /** Ce qui s’est passé. */
  readonly message: string
  /** Qui l’a fait ; null : la machine. */
  readonly author: string | null
  /** Empreinte de la ligne, chaînée à la précédente de l’entité. */
  readonly hash: string
  /** La ligne est dans un bloc horodaté : sa preuve se télécharge. */
  readonly stamped: boolean
}

/** Une page du journal. */
export type JournalPage = {
  /** Les lignes, de la plus récente à la plus ancienne. */
  readonly items: readonly JournalEntry[]
  /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
  readonly next: string | null
}

/** Ce qui prouve, sans aucune autre ligne, qu’une ligne du journal existait quand son bloc a été horodaté. */
export type JournalProof = {
  /** La ligne. */
  readonly line: {
    /** Rang dans le journal de l’entité. */
    readonly seq: number
    /** Texte haché, à l’octet près : tout ce que la ligne contient, et l’empreinte de la précédente. */
    readonly text: string
    /** SHA-256 de ce texte. */
    readonly hash: string
  }
  /** De la ligne à la racine : l’empreinte à joindre à chaque étage, et de quel côté. */
  readonly path: readonly {
    /** left : l’empreinte est à gauche ; right : à droite */
    readonly side: 'left' | 'right'
    /** SHA-256, en hexadécimal. */
    readonly hash: string
  }[]
  /** Le bloc horodaté où elle se trouve. */
  readonly block: {
    /** Première ligne du bloc. */
    readonly first: number
    /** Dernière ligne du bloc. */
    readonly last: number
    /** Racine de l’arbre des lignes du bloc. */
    readonly hash: string
    /** Texte horodaté, à l’octet près. */
    readonly text: string
    /** Heure du jeton. */
    readonly stampedAt: string
    /** Qui a signé le jeton. */
    readonly authority: string
    /** Jeton RFC 3161 (DER), en base64. */
    readonly token: string
  }
  /** Comment vérifier, étape par étape, avec OpenSSL. */
  readonly howTo: readonly string[]
}

export type LateLetter = {
  /** Identifiant du courriel. */
  readonly id: string
  /** Compte destinataire. */
  readonly login: string
  /** Son adresse ; null : il n’en a pas. */
  readonly email: string | null
  /** immediat : un courriel dès que possible ; quotidien : dans le récapitulatif du jour. */
  readonly rhythm: 'immediat' | 'quotidien'
  /** Nombre de changements qu’il annonce. */
  readonly documents: number
  /** Écriture. */
  readonly createdAt: string
  /** Essais d’envoi. */
  readonly tries: number
  /** Ce que le serveur de messagerie a répondu. */
  readonly error: string
  /** Prochain essai ; null : il n’y en aura plus. */
  readonly nextTry: string | null
}

export type ListedDocument = {
  /** Identifiant du document. */
  readonly id: string
  /** Entité à laquelle il appartient. */
  readonly entityId: string
  /** Identifiant de son flux. */
  readonly flow: string
  /** Nom de son flux. */
  readonly flowLabel: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title: string
  readonly state: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version: number
  /** Création. */
  readonly createdAt: string
  /** Dernier changement. */
  readonly updatedAt: string
  /** Entrée dans son état. */
  readonly stateSince: string
  /** Valeurs demandées, par nom complet de champ. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Fichiers présents. */
  readonly files?: readonly FileVersion[]
}

export type ListedPage = {
  /** Les documents de la page. */
  readonly items: readonly (ListedDocument | SparseListedDocument)[]
  /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
  readonly next: string | null
}

export type NewBatch = {
  /** Identifiants des documents ; laissé de côté, tous ceux de la recherche. */
  readonly documents?: readonly string[]
  /** Critères de la liste des documents ; 1000 documents au plus. */
  readonly recherche?: {
    /** Identifiant d’un flux. */
    readonly flux?: string
    /** Nom complet d’un état. */
    readonly etat?: string
    /** Ce que l’état veut dire : attente (d’un agent, erreurs comprises), erreur, enCours, brouillon, termine. */
    readonly sorte?: 'brouillon' | 'enCours' | 'attente' | 'erreur' | 'termine'
    /** Dans leur état depuis cet instant ou après ; du changement le plus récent au plus ancien. */
    readonly etatDepuis?: string
    /** Dans leur état depuis avant cet instant ; du changement le plus récent au plus ancien. */
    readonly etatAvant?: string
    /** Nom complet d’un état de « flux » par lequel ils sont passés ; du passage le plus récent au plus ancien. */
    readonly passePar?: string
    /** Passés par cet état à cet instant ou après. */
    readonly passeDepuis?: string
    /** Passés par cet état avant cet instant. */
    readonly passeAvant?: string
    /** Recherche en texte intégral. */
    readonly q?: string
    /** Créés à cet instant ou après. */
    readonly creeDepuis?: string
    /** Créés avant cet instant. */
    readonly creeAvant?: string
    readonly [name: `champ.${string}`]: string
  }
  /** Action demandée pour chaque document. */
  readonly action: string
}

export type NewContact = {
  /** Nom affiché ; peut être vide. */
  readonly name?: string
  /** Adresse de courriel. */
  readonly email: string
  /** Groupes dont il est membre, tous : il quitte les autres. */
  readonly groups?: readonly string[]
}

export type NewContactGroup = {
  /** Nom du groupe, unique dans l’entité. */
  readonly name: string
  /** Le montrer aux entités qui dépendent de celle-ci. */
  readonly shared?: boolean
  /** Identifiant d’un rôle ; null : un groupe de contacts. */
  readonly role?: string | null
}

export type NewDocument = {
  /** Identifiant du flux. */
  readonly flow: string
  /** Valeurs, par nom complet de champ ; un fichier déposé : {"upload": "…"}. Les champs absents ne changent pas. */
  readonly values?: Readonly<Record<string, unknown>>
}

export type NewEntity = {
  /** Dénomination. */
  readonly name: string
  /** Neuf chiffres, vérifiés. */
  readonly siren?: string | null
  /** Sorte ; une collectivité sinon. */
  readonly kind?: 'collectivite' | 'centre_de_gestion' | 'service'
}

export type NewGrant = {
  /** Entité où il vaudra, avec celles qui en dépendent. */
  readonly entityId: string
  /** Identifiant du rôle. */
  readonly role: string
}

export type NewInstance = {
  /** Identifiant d’un connecteur installé. */
  readonly connector: string
  /** Nom donné par l’administrateur. */
  readonly label: string
  /** Les champs du connecteur ; un secret absent reste tel qu’il est. */
  readonly config: Readonly<Record<string, unknown>>
}

export type NewMother = {
  /** Entité dont elle dépendra. */
  readonly parentId: string
}

export type NewSubscription = {
  /** Identifiant d’un flux ; sinon tous. */
  readonly flow?: string
  /** Pris dans « …/notifications/choix ». */
  readonly events: readonly string[]
  /** immediat : un courriel dès que possible ; quotidien : dans le récapitulatif du jour. */
  readonly rhythm: 'immediat' | 'quotidien'
}

export type NewToken = {
  /** Nom, pour le reconnaître. */
  readonly name: string
  /** Fin de validité ; absente : sans fin. */
  readonly expiresAt?: string
  /** Seules entités où il vaut, avec celles qui en dépendent ; absent : celles du compte. */
  readonly entities?: readonly string[]
  /** Seuls flux où il vaut ; absent : ceux du compte. */
  readonly flows?: readonly string[]
  /** Toute écriture lui sera refusée. */
  readonly readOnly?: boolean
}

/** Un jeton d’accès qui vient de naître. */
export type NewTokenView = {
  /** Identifiant du jeton. */
  readonly id: string
  /** Nom donné à sa création. */
  readonly name: string
  /** Création. */
  readonly createdAt: string
  /** Fin de validité ; null : sans fin. */
  readonly expiresAt: string | null
  /** Dernier usage ; null : jamais employé. */
  readonly lastUsedAt: string | null
  /** Seules entités où il vaut, avec celles qui en dépendent ; null : celles du compte. */
  readonly entities: readonly string[] | null
  /** Seuls flux où il vaut ; null : ceux du compte. */
  readonly flows: readonly string[] | null
  /** Toute écriture lui est refusée. */
  readonly readOnly: boolean
  /** Sa valeur, montrée cette seule fois : « Authorization: Bearer <valeur> ». */
  readonly token: string
}

export type NewUser = {
  /** Nom de connexion, propre à ce compte. */
  readonly login: string
  /** Prénom. */
  readonly firstName?: string
  /** Nom de famille. */
  readonly lastName?: string
  /** Adresse où il reçoit ses notifications. */
  readonly email?: string | null
  /** Mot de passe, assez long pour être accepté. */
  readonly password?: string
  /** Un compte de programme n’ouvre pas l’interface. */
  readonly program?: boolean
}

export type OpenPage = {
  /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
  readonly version?: number
}

/** Une page de saisie. */
export type PageView = {
  /** Titre de la page. */
  readonly title: string
  /** Étape qui demande ces champs ; null pour les pages du flux. */
  readonly step: string | null
  /** La page n’est à montrer que si cette condition est vraie ; null : toujours. */
  readonly when: Condition | null
  /** Ses champs, dans l’ordre. */
  readonly fields: readonly FieldView[]
}

export type PastellEntityImport = {
  /** Celui que Pastell a montré. */
  readonly motDePasse?: string
  /** Comment la clé vient du mot de passe (« argon2id:passes:Mio »), si ce n’est pas à la façon usuelle. */
  readonly derivation?: string
  /** oui : reprendre ; non : dire ce qui le serait. */
  readonly appliquer?: string
}

export type PastellFlowImport = {
  /** Le texte du fichier. */
  readonly text: string
  /** L’identifiant à lui donner, quand le fichier n’a pas le sien ou qu’un autre flux le porte. */
  readonly id?: string
  /** essai : dire ce qui viendrait, sans rien écrire ; brouillon (par défaut) : un brouillon du studio ; publication : le publier aussi, si rien ne s’y oppose. */
  readonly mode?: 'essai' | 'brouillon' | 'publication'
}

export type RecipientList = {
  /** La liste, telle qu’elle est écrite dans le champ. */
  readonly liste: string
}

/** Ce que désigne une liste de destinataires. */
export type Recipients = {
  /** Nombre de personnes à qui l’on écrirait, chacune comptée une fois. */
  readonly total: number
  /** Chaque élément de la liste, dans l’ordre. */
  readonly entries: readonly {
    /** L’élément, tel qu’il est écrit. */
    readonly written: string
    /** adresse : une adresse ; groupe : un groupe ; role : un rôle ; inconnu : ni l’une ni les autres */
    readonly kind: 'adresse' | 'groupe' | 'role' | 'inconnu'
    /** Nombre de personnes qu’il désigne. */
    readonly members: number
    /** Pourquoi l’envoi le refuserait ; null : rien à corriger. */
    readonly fault: string | null
  }[]
}

/** Ce qui peut compléter une liste de destinataires. */
export type RecipientSuggestion = {
  /** contact : une personne ; groupe : un groupe ; role : les comptes qui ont un rôle */
  readonly kind: 'contact' | 'groupe' | 'role'
  /** À écrire dans la liste des destinataires. */
  readonly written: string
  /** Nom affiché. */
  readonly label: string
  /** Adresse du contact, ou entité qui tient le groupe. */
  readonly detail: string
  /** Nombre de personnes désignées. */
  readonly members: number
}

/** Un échange enregistré avec un service distant, ou demandé. */
export type RecordingView = {
  /** Identifiant de l’enregistrement. */
  readonly id: string
  /** waiting : le prochain échange sera enregistré ; running : l’échange est en cours ; ready : à télécharger ; lost : l’échange a été interrompu */
  readonly status: 'waiting' | 'running' | 'ready' | 'lost'
  /** Demande. */
  readonly askedAt: string
  /** Qui l’a demandé. */
  readonly askedBy: string | null
  /** Passé ce moment, la demande tombe. */
  readonly askedUntil: string
  /** Ce qui a occasionné l’échange ; vide tant qu’il n’a pas eu lieu. */
  readonly occasion: string
  /** Moment de l’échange. */
  readonly takenAt: string | null
  /** Taille, en octets. */
  readonly size: number | null
  /** Effacement. */
  readonly forgottenAt: string
}

export type Relation = {
  /** Ce que l’autre document est pour celui-ci : « Réponse », « Facture »… */
  readonly label: string
  /** Entité de l’autre document. */
  readonly entityId: string
  /** Identifiant de l’autre document. */
  readonly id: string
  /** Son titre. */
  readonly title: string
  /** Identifiant de son flux. */
  readonly flow: string
  /** Nom de son flux. */
  readonly flowLabel: string
  readonly state: StateView
  /** Naissance du lien. */
  readonly at: string
}

/** Un texte laissé par une tâche périodique à l’administrateur. */
export type ReportView = {
  /** Identifiant du rapport. */
  readonly id: string
  /** Nom du fichier. */
  readonly name: string
  /** Moment où il a été écrit. */
  readonly at: string
  /** En octets. */
  readonly size: number
}

/** Un ensemble de droits qui se donne d’un coup. */
export type Role = {
  /** Identifiant : lettres minuscules, chiffres, tirets. */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Droits, « * » valant pour tous : « ls-actes:* », « *:lecture ». */
  readonly rights: readonly string[]
}

export type RoleContents = {
  /** Nom affiché. */
  readonly label: string
  /** Ses droits, en entier : ceux qui n’y sont pas lui sont retirés. */
  readonly rights: readonly string[]
}

/** Une étape du cheminement d’un document. */
export type RouteStep = {
  /** Nom de l’étape dans ce flux. */
  readonly alias: string
  /** Nom affiché. */
  readonly label: string
  /** done : faite ; current : en cours ; trouble : une personne doit agir ; stopped : le cheminement s’y est arrêté sans faute ; todo : à venir ; skipped : ne sera pas faite */
  readonly status: 'done' | 'current' | 'trouble' | 'stopped' | 'todo' | 'skipped'
  /** Arrivée dans cette étape ; null : pas encore. */
  readonly since: string | null
  /** États atteints, dans l’ordre. */
  readonly states: readonly {
    /** Nom complet de l’état. */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** Arrivée dans cet état. */
    readonly at: string
  }[]
}

export type Selection = {
  /** Identifiants des documents ; laissé de côté, tous ceux de la recherche. */
  readonly documents?: readonly string[]
  /** Critères de la liste des documents ; 1000 documents au plus. */
  readonly recherche?: {
    /** Identifiant d’un flux. */
    readonly flux?: string
    /** Nom complet d’un état. */
    readonly etat?: string
    /** Ce que l’état veut dire : attente (d’un agent, erreurs comprises), erreur, enCours, brouillon, termine. */
    readonly sorte?: 'brouillon' | 'enCours' | 'attente' | 'erreur' | 'termine'
    /** Dans leur état depuis cet instant ou après ; du changement le plus récent au plus ancien. */
    readonly etatDepuis?: string
    /** Dans leur état depuis avant cet instant ; du changement le plus récent au plus ancien. */
    readonly etatAvant?: string
    /** Nom complet d’un état de « flux » par lequel ils sont passés ; du passage le plus récent au plus ancien. */
    readonly passePar?: string
    /** Passés par cet état à cet instant ou après. */
    readonly passeDepuis?: string
    /** Passés par cet état avant cet instant. */
    readonly passeAvant?: string
    /** Recherche en texte intégral. */
    readonly q?: string
    /** Créés à cet instant ou après. */
    readonly creeDepuis?: string
    /** Créés avant cet instant. */
    readonly creeAvant?: string
    readonly [name: `champ.${string}`]: string
  }
}

export type SelectionOffer = {
  /** À donner comme « action » du lot. */
  readonly name: string
  /** Texte du bouton. */
  readonly label: string
  /** primary : ce qu’on attend de l’agent ; normal : possible aussi ; danger : à confirmer */
  readonly kind: 'primary' | 'normal' | 'danger'
  /** Question à poser une fois, avant de lancer le lot. */
  readonly confirm?: string
  /** Documents sur lesquels elle est possible maintenant. */
  readonly possible: number
  /** Documents choisis. */
  readonly total: number
}

/** Qui est connecté. */
export type Session = {
  /** Le compte. */
  readonly user: {
    /** Identifiant du compte. */
    readonly id: string
    /** Nom de connexion. */
    readonly login: string
    /** Prénom. */
    readonly firstName: string
    /** Nom de famille. */
    readonly lastName: string
    /** Adresse électronique. */
    readonly email: string | null
  }
  /** À renvoyer dans X-CSRF-Token avec tout ce qui n’est pas un GET ; vide sans session. */
  readonly csrf: string
  /** Entité du compte, montrée d’abord. */
  readonly home: string
}

/** Ce que « fields » demande. */
export type SparseDocument = {
  /** Identifiant du document. */
  readonly id?: string
  /** Entité à laquelle il appartient. */
  readonly entityId?: string
  /** Identifiant de son flux. */
  readonly flow?: string
  /** Nom de son flux. */
  readonly flowLabel?: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title?: string
  readonly state?: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message?: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version?: number
  /** Création. */
  readonly createdAt?: string
  /** Dernier changement. */
  readonly updatedAt?: string
  /** Entrée dans son état. */
  readonly stateSince?: string
  /** Valeurs, par nom complet de champ ; un fichier : { sha256, name, size, type }. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Champs secrets qui sont renseignés ; leur valeur n’est jamais donnée. */
  readonly secretsSet?: readonly string[]
  /** Pages de saisie, dans l’ordre. */
  readonly pages?: readonly PageView[]
  /** Cheminement, étape par étape. */
  readonly route?: readonly RouteStep[]
  /** Actions, permises ou non pour l’instant. */
  readonly actions?: readonly ActionView[]
  /** Ce qui empêche encore de l’envoyer ; vide : rien. */
  readonly problems?: readonly {
    /** Nom complet du champ. */
    readonly field: string
    /** Ce qui manque ou ne va pas. */
    readonly message: string
  }[]
  /** Un envoi est en cours : rien ne peut être changé avant sa réponse. */
  readonly inFlight?: boolean
  /** Prochain essai de la machine ; null : elle n’a rien à faire. */
  readonly nextTry?: string | null
  /** Un connecteur est suspendu ou manque : « message » dit lequel. */
  readonly waitsForConnector?: boolean
  /** Les 50 dernières lignes. */
  readonly journal?: readonly JournalEntry[]
  /** Toutes les versions de chaque fichier. */
  readonly files?: readonly FileVersion[]
  /** Documents liés que vous pouvez lire. */
  readonly relations?: readonly Relation[]
}

export type SparseListedDocument = {
  /** Identifiant du document. */
  readonly id?: string
  /** Entité à laquelle il appartient. */
  readonly entityId?: string
  /** Identifiant de son flux. */
  readonly flow?: string
  /** Nom de son flux. */
  readonly flowLabel?: string
  /** Titre, tiré de ses champs ; peut être vide. */
  readonly title?: string
  readonly state?: StateView
  /** Où il en est, en une phrase ; peut être vide. */
  readonly message?: string
  /** Monte à chaque changement ; à rendre dans If-Match ou « version » pour le modifier. */
  readonly version?: number
  /** Création. */
  readonly createdAt?: string
  /** Dernier changement. */
  readonly updatedAt?: string
  /** Entrée dans son état. */
  readonly stateSince?: string
  /** Valeurs demandées, par nom complet de champ. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Fichiers présents. */
  readonly files?: readonly FileVersion[]
}

export type StagedCreation = {
  /** Identifiant du flux des documents à créer. */
  readonly flux: string
  /** Identifiant du dépôt. */
  readonly depot: string
  /** Zip sans CSV : champ qui reçoit les fichiers ; sinon le premier obligatoire. */
  readonly champ?: string
  /** Action à demander pour chaque document créé, comme « envoyer ». */
  readonly action?: string
  /** Créer à nouveau les lignes déjà créées. */
  readonly encore: boolean
}

/** Un état d’un document. */
export type StateView = {
  /** Nom complet : « brouillon », « visa.signe ». */
  readonly name: string
  /** Nom affiché. */
  readonly label: string
  /** draft : brouillon ; running : la machine ou un partenaire travaille ; trouble : en erreur, une personne doit agir ; uncertain : on ne sait pas si l’envoi est parti, une personne tranche ; stopped : arrêté sans faute (refus, annulation) ; over : fin d’une étape, en attente d’une décision ; done : terminé ; abandoned : abandonné */
  readonly kind: 'draft' | 'running' | 'trouble' | 'uncertain' | 'stopped' | 'over' | 'done' | 'abandoned'
  /** Ce qui s’est passé et quoi faire, pour un agent : là où une personne doit agir. */
  readonly help?: string
}

/** Une étape qu’un flux peut employer. */
export type StepView = {
  /** Identifiant de l’étape. */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Ce que le flux doit lui donner. */
  readonly inputs: readonly {
    /** Nom complet : « objet », « tdtActes.numero ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
    readonly kind:
      | 'text'
      | 'longText'
      | 'number'
      | 'date'
      | 'flag'
      | 'url'
      | 'secret'
      | 'secretFile'
      | 'file'
      | 'files'
      | 'choice'
      | 'remoteChoice'
      | 'pieceTypes'
      | 'mailList'
      | 'rows'
    /** L’étape ne se fait pas sans lui. */
    readonly required: boolean
  }[]
  /** Champs qu’elle apporte au document. */
  readonly fields: readonly {
    /** Nom complet : « objet », « tdtActes.numero ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
    readonly kind:
      | 'text'
      | 'longText'
      | 'number'
      | 'date'
      | 'flag'
      | 'url'
      | 'secret'
      | 'secretFile'
      | 'file'
      | 'files'
      | 'choice'
      | 'remoteChoice'
      | 'pieceTypes'
      | 'mailList'
      | 'rows'
    /** L’étape ne se fait pas sans lui. */
    readonly required: boolean
  }[]
  /** Ses états. */
  readonly states: readonly {
    /** Nom dans l’étape. */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
  }[]
  /** Ses tâches. */
  readonly tasks: readonly {
    /** Nom dans l’étape. */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
  }[]
  /** Elle connaît un refus, après lequel un flux peut poursuivre. */
  readonly refusable: boolean
  /** Elle attend des réglages du flux. */
  readonly configurable: boolean
}

export type StudioBringOn = {
  /** État disparu → état de la version publiée où placer ses documents. */
  readonly states?: Readonly<Record<string, string>>
  /** Le « next » de la page d’avant. */
  readonly apres?: string
}

/** Ce qu’un flux donnerait s’il était publié. */
export type StudioCheck = {
  /** Tout ce qui empêcherait de le publier ; vide : rien. */
  readonly faults: readonly {
    /** Pointeur JSON dans le flux : « /steps/1/bindings/document ». */
    readonly at: string
    /** Ce qui ne va pas, et quoi faire. */
    readonly message: string
  }[]
  /** Ses champs, ceux des étapes compris ; vide s’il est fautif. */
  readonly fields: readonly {
    /** Nom complet : « objet », « tdtActes.numero ». */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
    /** text : texte d’une ligne ; longText : texte de plusieurs lignes ; number : nombre ; date : jour (AAAA-MM-JJ) ; flag : case à cocher ; url : adresse ; secret : secret, jamais relu ; secretFile : fichier secret, jamais relu ; file : un fichier ; files : plusieurs fichiers ; choice : choix parmi « choices » ; remoteChoice : choix proposé par le service distant (« …/choix/{field} ») ; pieceTypes : type de chaque pièce ; mailList : adresses électroniques ; rows : lignes, décrites par « fields » */
    readonly kind:
      | 'text'
      | 'longText'
      | 'number'
      | 'date'
      | 'flag'
      | 'url'
      | 'secret'
      | 'secretFile'
      | 'file'
      | 'files'
      | 'choice'
      | 'remoteChoice'
      | 'pieceTypes'
      | 'mailList'
      | 'rows'
  }[]
  /** Ses étapes, dans l’ordre ; vide s’il est fautif. */
  readonly steps: readonly {
    /** Nom de l’étape dans ce flux. */
    readonly alias: string
    /** Nom affiché. */
    readonly label: string
  }[]
  /** États que ce flux n’aurait plus et où des documents en cours se trouvent : ils y resteraient, dans leur version. */
  readonly vanished: readonly {
    /** Version que ces documents suivent. */
    readonly version: number
    /** Nom complet de l’état. */
    readonly state: string
    /** Nom affiché de l’état. */
    readonly label: string
    /** Nombre de documents. */
    readonly count: number
  }[]
  /** Son cheminement en Mermaid ; null s’il est fautif. */
  readonly mermaid: string | null
  /** Son cheminement dessiné ; null s’il est fautif. */
  readonly svg: string | null
}

/** Un flux du studio, avec son brouillon. */
export type StudioDetail = {
  /** Identifiant du flux : « ls-actes ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Famille sous laquelle il est rangé. */
  readonly family: string
  /** brouillon : jamais publié ; publie : ouvert aux nouveaux documents ; retire : fermé aux nouveaux documents, les autres finissent */
  readonly state: 'brouillon' | 'publie' | 'retire'
  /** Dernière version publiée ; null : aucune. */
  readonly published: number | null
  /** Le brouillon dit autre chose que la version publiée. */
  readonly changed: boolean
  /** Dernier enregistrement du brouillon. */
  readonly updatedAt: string
  /** Un flux sans code, décrit par le schéma publié : /schemas/flux.json. */
  readonly draft: Readonly<Record<string, unknown>>
  /** Révision du brouillon, à rendre dans If-Match ou « version » pour le modifier. */
  readonly revision: number
  /** Tout ce qui empêcherait de le publier ; vide : rien. */
  readonly faults: readonly {
    /** Pointeur JSON dans le flux : « /steps/1/bindings/document ». */
    readonly at: string
    /** Ce qui ne va pas, et quoi faire. */
    readonly message: string
  }[]
  /** Versions publiées. */
  readonly versions: readonly {
    /** Numéro. */
    readonly version: number
    /** Publication. */
    readonly publishedAt: string
    /** Qui l’a publiée ; null si on ne le sait plus. */
    readonly publishedBy: string | null
    /** Ce qu’elle change de la précédente, une phrase courte par changement. */
    readonly changes: readonly string[]
  }[]
}

/** Des champs gardés une fois, que plusieurs flux emploient. */
export type StudioGroup = {
  /** Identifiant du groupe. */
  readonly id: string
  /** Nombre de fois où il a été enregistré. */
  readonly revision: number
  /** Libellé et champs, comme dans un flux. */
  readonly contents: Readonly<Record<string, unknown>>
}

/** Où en sont les documents en cours d’un flux du studio. */
export type StudioOpenDocuments = {
  /** Version que suivent les nouveaux documents. */
  readonly current: number
  /** Une ligne par version et par état. */
  readonly states: readonly {
    /** Version que ces documents suivent. */
    readonly version: number
    /** Nom complet de l’état. */
    readonly state: string
    /** Nom affiché de l’état. */
    readonly label: string
    /** Nombre de documents. */
    readonly count: number
    /** Pourquoi ils resteraient dans leur version ; null : ils suivraient. */
    readonly stays: string | null
  }[]
  /** États de la version publiée où un document peut être placé : ceux où il reste. */
  readonly targets: readonly {
    /** Nom complet de l’état. */
    readonly name: string
    /** Nom affiché. */
    readonly label: string
  }[]
}

/** Ce qu’est devenue une page de documents en cours. */
export type StudioPassage = {
  /** Documents passés à la version publiée. */
  readonly moved: number
  /** Ceux qui sont restés, par version, état et raison. */
  readonly stayed: readonly {
    /** Version que ces documents suivent. */
    readonly version: number
    /** Nom complet de l’état. */
    readonly state: string
    /** Nom affiché de l’état. */
    readonly label: string
    /** Nombre de documents. */
    readonly count: number
    /** Pourquoi ils sont restés. */
    readonly why: string
  }[]
  /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
  readonly next: string | null
}

export type StudioPublication = {
  /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
  readonly version?: number
  readonly upgrade?: Upgrade
}

/** Un flux du studio, en bref. */
export type StudioSummary = {
  /** Identifiant du flux : « ls-actes ». */
  readonly id: string
  /** Nom affiché. */
  readonly label: string
  /** Famille sous laquelle il est rangé. */
  readonly family: string
  /** brouillon : jamais publié ; publie : ouvert aux nouveaux documents ; retire : fermé aux nouveaux documents, les autres finissent */
  readonly state: 'brouillon' | 'publie' | 'retire'
  /** Dernière version publiée ; null : aucune. */
  readonly published: number | null
  /** Le brouillon dit autre chose que la version publiée. */
  readonly changed: boolean
  /** Dernier enregistrement du brouillon. */
  readonly updatedAt: string
}

export type StudioTrial = {
  /** Un flux sans code, décrit par le schéma publié : /schemas/flux.json. */
  readonly flow: Readonly<Record<string, unknown>>
  readonly upgrade?: Upgrade
}

export type Subscription = {
  /** Identifiant de l’abonnement. */
  readonly id: string
  /** Entité où il vaut, avec celles qui en dépendent. */
  readonly entityId: string
  /** Dénomination de l’entité. */
  readonly entityName: string
  /** Flux surveillé ; null : tous. */
  readonly flow: string | null
  /** Nom du flux. */
  readonly flowLabel: string | null
  /** État, ou famille d’états, qui fait écrire. */
  readonly event: string
  /** Le même, comme on l’affiche. */
  readonly eventLabel: string
  /** immediat : un courriel dès que possible ; quotidien : dans le récapitulatif du jour. */
  readonly rhythm: 'immediat' | 'quotidien'
  /** Abonnement. */
  readonly createdAt: string
}

export type Subscriptions = {
  /** La plateforme a un serveur de messagerie : sans lui, rien ne part. */
  readonly mailServer: boolean
  /** Adresse du compte, où les courriels arrivent. */
  readonly email: string | null
  /** Ses abonnements. */
  readonly items: readonly Subscription[]
}

/** Un jeton d’accès, sans sa valeur. */
export type Token = {
  /** Identifiant du jeton. */
  readonly id: string
  /** Nom donné à sa création. */
  readonly name: string
  /** Création. */
  readonly createdAt: string
  /** Fin de validité ; null : sans fin. */
  readonly expiresAt: string | null
  /** Dernier usage ; null : jamais employé. */
  readonly lastUsedAt: string | null
  /** Seules entités où il vaut, avec celles qui en dépendent ; null : celles du compte. */
  readonly entities: readonly string[] | null
  /** Seuls flux où il vaut ; null : ceux du compte. */
  readonly flows: readonly string[] | null
  /** Toute écriture lui est refusée. */
  readonly readOnly: boolean
}

/** Ce que deviennent les noms que cette version n’a plus. */
export type Upgrade = {
  /** Nom de la version d’avant → nom dans celle-ci. */
  readonly rename?: Readonly<Record<string, string>>
  /** Noms abandonnés. */
  readonly forget?: readonly string[]
}

/** Un fichier déposé en plusieurs fois. */
export type UploadView = {
  /** À donner comme valeur d’un champ de fichier : {"upload": "…"}. */
  readonly id: string
  /** Nom du fichier. */
  readonly name: string
  /** Octets annoncés. */
  readonly length: number
  /** Octets gardés. */
  readonly received: number
  /** Annonce. */
  readonly createdAt: string
  /** Effacement, s’il n’est ni continué ni employé. */
  readonly expiresAt: string
}

/** Un compte, d’agent ou de programme. */
export type User = {
  /** Identifiant du compte. */
  readonly id: string
  /** Nom de connexion. */
  readonly login: string
  /** Prénom. */
  readonly firstName: string
  /** Nom de famille. */
  readonly lastName: string
  /** Adresse où il reçoit ses notifications. */
  readonly email: string | null
  /** Entité qui gère ce compte. */
  readonly entityId: string
  /** Faux : il ne peut plus se connecter, ses jetons non plus. */
  readonly enabled: boolean
  /** Compte de programme : il n’ouvre pas l’interface. */
  readonly program: boolean
  /** Création du compte. */
  readonly createdAt: string
}

export type UserChanges = {
  /** Nom de connexion, propre à ce compte. */
  readonly login?: string
  /** Prénom. */
  readonly firstName?: string
  /** Nom de famille. */
  readonly lastName?: string
  /** Adresse où il reçoit ses notifications. */
  readonly email?: string | null
  /** Mot de passe, assez long pour être accepté. */
  readonly password?: string
  /** Faux : il ne peut plus se connecter. */
  readonly enabled?: boolean
  /** Entité qui gérera ce compte. */
  readonly entityId?: string
}

/** Un refus, ou une panne. */
export type Problem = {
  /** État HTTP de la réponse. */
  readonly status: number
  /** Code stable, pour les programmes. */
  readonly code:
    | 'non_authentifie'
    | 'identifiants_invalides'
    | 'trop_de_tentatives'
    | 'trop_de_demandes'
    | 'compte_de_programme'
    | 'jeton_csrf_invalide'
    | 'droit_insuffisant'
    | 'route_introuvable'
    | 'entite_introuvable'
    | 'jeton_introuvable'
    | 'role_introuvable'
    | 'utilisateur_introuvable'
    | 'flux_introuvable'
    | 'groupe_introuvable'
    | 'contact_introuvable'
    | 'groupe_annuaire_introuvable'
    | 'document_introuvable'
    | 'ligne_introuvable'
    | 'ligne_non_horodatee'
    | 'connecteur_introuvable'
    | 'enregistrement_introuvable'
    | 'rapport_introuvable'
    | 'lot_introuvable'
    | 'fichier_introuvable'
    | 'abonnement_introuvable'
    | 'depot_introuvable'
    | 'depot_decale'
    | 'empreinte_differente'
    | 'version_tus_inconnue'
    | 'methode_non_autorisee'
    | 'contenu_non_pris_en_charge'
    | 'corps_illisible'
    | 'corps_trop_volumineux'
    | 'fichier_trop_volumineux'
    | 'plage_invalide'
    | 'requete_invalide'
    | 'saisie_invalide'
    | 'document_deja_modifie'
    | 'flux_deja_modifie'
    | 'version_depassee'
    | 'envoi_en_cours'
    | 'action_refusee'
    | 'cle_deja_employee'
    | 'demande_deja_recue'
    | 'conflit'
    | 'entite_inactive'
    | 'service_distant_indisponible'
    | 'service_indisponible'
    | 'erreur_interne'
  /** Ce qui est refusé, en une phrase. */
  readonly title: string
  /** Pourquoi cette fois-ci, et quoi faire. */
  readonly detail?: string
  /** Ce qui ne va pas, champ par champ. */
  readonly fields?: readonly {
    /** Champ ou paramètre : « values.objet ». */
    readonly field: string
    /** Phrase à montrer près de lui. */
    readonly message: string
    /** Règle qui n’est pas suivie : « required », « maxLength »… */
    readonly code: string
  }[]
}

/** What each operation takes. */
export interface Requests {
  /** Supprimer une entité vide */
  readonly 'DELETE /entites/{entityId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Retirer un contact de l’annuaire, et de ses groupes */
  readonly 'DELETE /entites/{entityId}/annuaire/contacts/{contactId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du contact. */
      readonly contactId: string
    }
  }
  /** Supprimer un groupe ; ses contacts restent dans l’annuaire */
  readonly 'DELETE /entites/{entityId}/annuaire/groupes/{mailGroupId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du groupe. */
      readonly mailGroupId: string
    }
  }
  /** Supprimer un connecteur qui ne sert plus */
  readonly 'DELETE /entites/{entityId}/connecteurs/{instanceId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Effacer un échange enregistré, ou renoncer à celui qui est demandé */
  readonly 'DELETE /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
      /** Identifiant de l’enregistrement. */
      readonly recordingId: string
    }
  }
  /** Renoncer à un dépôt */
  readonly 'DELETE /entites/{entityId}/depots/{uploadId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du dépôt, pris dans Location. */
      readonly uploadId: string
    }
  }
  /** Supprimer un document (son journal reste) */
  readonly 'DELETE /entites/{entityId}/documents/{documentId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    readonly query?: {
      /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
      readonly version?: number | undefined
    }
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Retirer un fichier */
  readonly 'DELETE /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
      /** Empreinte SHA-256 du fichier, en hexadécimal. */
      readonly sha256: string
    }
    readonly query?: {
      /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
      readonly version?: number | undefined
    }
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Supprimer un compte, ses rôles, ses sessions et ses jetons */
  readonly 'DELETE /entites/{entityId}/utilisateurs/{userId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
  }
  /** Retirer un rôle sur une entité */
  readonly 'DELETE /entites/{entityId}/utilisateurs/{userId}/roles': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
    readonly query: {
      /** Identifiant de l’entité. */
      readonly entite: string
      /** Identifiant du rôle. */
      readonly role: string
    }
  }
  /** Révoquer un jeton */
  readonly 'DELETE /jetons/{tokenId}': {
    readonly path: {
      /** Identifiant du jeton. */
      readonly tokenId: string
    }
  }
  /** Ne plus être abonné */
  readonly 'DELETE /notifications/{subscriptionId}': {
    readonly path: {
      /** Identifiant de l’abonnement. */
      readonly subscriptionId: string
    }
  }
  /** Supprimer un rôle que personne ne détient plus */
  readonly 'DELETE /roles/{roleId}': {
    readonly path: {
      /** Lettres minuscules, chiffres, tirets. */
      readonly roleId: string
    }
  }
  /** Fermer la session */
  readonly 'DELETE /session': Record<never, never>
  /** Supprimer un flux jamais publié */
  readonly 'DELETE /studio/flux/{flowId}': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Supprimer un groupe de champs qu’aucun flux n’emploie plus */
  readonly 'DELETE /studio/groupes/{groupId}': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly groupId: string
    }
  }
  /** Lister les connecteurs installés */
  readonly 'GET /connecteurs/types': Record<never, never>
  /** Lister les droits qui peuvent entrer dans un rôle */
  readonly 'GET /droits': Record<never, never>
  /** Lister les entités où l’on a un droit, de la racine vers les feuilles */
  readonly 'GET /entites': Record<never, never>
  /** Lire une entité, et ses propres droits sur elle */
  readonly 'GET /entites/{entityId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Lister les contacts de l’annuaire d’une entité, par nom */
  readonly 'GET /entites/{entityId}/annuaire/contacts': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Début du nom ou de l’adresse, sans égard à la casse ni aux accents. */
      readonly debut?: string | undefined
      /** Seulement les membres de ce groupe. */
      readonly groupe?: string | undefined
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
    }
  }
  /** Télécharger les contacts d’une entité en CSV */
  readonly 'GET /entites/{entityId}/annuaire/export': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Lister les groupes d’une entité, et ceux que partagent les entités dont elle dépend */
  readonly 'GET /entites/{entityId}/annuaire/groupes': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Compléter une liste de destinataires : contacts, groupes et rôles qui commencent ainsi */
  readonly 'GET /entites/{entityId}/annuaire/suggestions': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query: {
      /** Ce qui est déjà tapé. */
      readonly debut: string
    }
  }
  /** Lister les emplacements des flux et le connecteur qui sert chacun */
  readonly 'GET /entites/{entityId}/associations': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Lister les connecteurs d’une entité, les siens et ceux dont elle hérite */
  readonly 'GET /entites/{entityId}/connecteurs': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Lire un connecteur ; ses secrets ne sont jamais renvoyés */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Lister les échanges enregistrés d’un connecteur, et ceux qui sont demandés */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Télécharger un échange enregistré */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
      /** Identifiant de l’enregistrement. */
      readonly recordingId: string
    }
  }
  /** Lister les rapports laissés par les tâches d’un connecteur, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/rapports': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Télécharger un rapport */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/rapports/{reportId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
      /** Identifiant du rapport. */
      readonly reportId: string
    }
  }
  /** Savoir où en est un dépôt (HEAD suffit : Upload-Offset dit où reprendre) */
  readonly 'GET /entites/{entityId}/depots/{uploadId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du dépôt, pris dans Location. */
      readonly uploadId: string
    }
  }
  /** Lister les documents d’une entité, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/documents': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Identifiant d’un flux. */
      readonly flux?: string | undefined
      /** Nom complet d’un état. */
      readonly etat?: string | undefined
      /** Ce que l’état veut dire : attente (d’un agent, erreurs comprises), erreur, enCours, brouillon, termine. */
      readonly sorte?: 'brouillon' | 'enCours' | 'attente' | 'erreur' | 'termine' | undefined
      /** Dans leur état depuis cet instant ou après ; du changement le plus récent au plus ancien. */
      readonly etatDepuis?: string | undefined
      /** Dans leur état depuis avant cet instant ; du changement le plus récent au plus ancien. */
      readonly etatAvant?: string | undefined
      /** Nom complet d’un état de « flux » par lequel ils sont passés ; du passage le plus récent au plus ancien. */
      readonly passePar?: string | undefined
      /** Passés par cet état à cet instant ou après. */
      readonly passeDepuis?: string | undefined
      /** Passés par cet état avant cet instant. */
      readonly passeAvant?: string | undefined
      /** Recherche en texte intégral. */
      readonly q?: string | undefined
      /** Créés à cet instant ou après. */
      readonly creeDepuis?: string | undefined
      /** Créés avant cet instant. */
      readonly creeAvant?: string | undefined
      /** NOM est le nom complet d’un champ indexé : « champ.numero=2026-14 », ou son début suivi d’une étoile, « champ.numero=2026* ». Plusieurs champs se cumulent. */
      readonly [name: `champ.${string}`]: string | undefined
      /** Propriétés voulues, séparées par des virgules ; « values.objet » pour la valeur d’un champ. Les autres ne sont pas envoyées. */
      readonly fields?: string | undefined
      /** values (valeurs des champs indexés), files (fichiers présents) : ajoutés à chaque document. */
      readonly include?: string | undefined
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
    }
  }
  /** Lire un document : valeurs, pages, cheminement, actions possibles */
  readonly 'GET /entites/{entityId}/documents/{documentId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    readonly query?: {
      /** Propriétés voulues, séparées par des virgules ; « values.objet » pour la valeur d’un champ. Les autres ne sont pas envoyées. */
      readonly fields?: string | undefined
      /** journal (ses dernières lignes), files (toutes les versions de ses fichiers), relations (documents liés), séparés par des virgules. */
      readonly include?: string | undefined
    }
  }
  /** Télécharger tout un document : ses fichiers, ses valeurs et son journal, dans un zip */
  readonly 'GET /entites/{entityId}/documents/{documentId}/archive': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
  }
  /** Lire les choix qu’un service distant propose pour un champ */
  readonly 'GET /entites/{entityId}/documents/{documentId}/choix/{field}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
    }
    readonly query?: {
      /** Objet JSON : valeurs pas encore enregistrées des champs dont dépend la liste (« by » du champ), par nom complet. */
      readonly valeurs?: string | undefined
    }
  }
  /** Télécharger un fichier, en entier ou par plages */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
      /** Empreinte SHA-256 du fichier, en hexadécimal. */
      readonly sha256: string
    }
  }
  /** Lister les visionneuses qui savent montrer ce fichier */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}/vues': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
      /** Empreinte SHA-256 du fichier, en hexadécimal. */
      readonly sha256: string
    }
  }
  /** Voir un fichier : une page à lire et à imprimer, rendue par le serveur */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}/vues/{viewer}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
      /** Empreinte SHA-256 du fichier, en hexadécimal. */
      readonly sha256: string
      /** Identifiant de la visionneuse. */
      readonly viewer: string
    }
  }
  /** Lire le journal d’un document, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/documents/{documentId}/journal': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    readonly query?: {
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
    }
  }
  /** Lister les documents liés : ce qu’il a créé, ce dont il vient, ses réponses */
  readonly 'GET /entites/{entityId}/documents/{documentId}/liens': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
  }
  /** Suivre les documents d’une entité (événements envoyés par le serveur) */
  readonly 'GET /entites/{entityId}/evenements': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Lister les flux que l’on peut lire dans une entité */
  readonly 'GET /entites/{entityId}/flux': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Obtenir la preuve d’une ligne du journal : la ligne, son chemin dans le bloc horodaté, le jeton */
  readonly 'GET /entites/{entityId}/journal/{seq}/preuve': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Rang de la ligne dans le journal de l’entité. */
      readonly seq: string
    }
  }
  /** Lister ses lots dans une entité, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/lots': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
    }
  }
  /** Lire un lot : où il en est, combien de lignes dans chaque situation */
  readonly 'GET /entites/{entityId}/lots/{batchId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Numéro du lot. */
      readonly batchId: string
    }
  }
  /** Lire les lignes d’un lot : ce que chacune est devenue, ou ce que la vérification en dit */
  readonly 'GET /entites/{entityId}/lots/{batchId}/lignes': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Numéro du lot. */
      readonly batchId: string
    }
    readonly query?: {
      /** Valeur « next » de la page précédente. */
      readonly apres?: number | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
      /** Seulement les lignes dans cette situation. */
      readonly statut?:
        'ready' | 'invalid' | 'known' | 'todo' | 'done' | 'partial' | 'refused' | 'failed' | 'cancelled' | undefined
    }
  }
  /** Lire ce à quoi l’on peut s’abonner dans une entité */
  readonly 'GET /entites/{entityId}/notifications/choix': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Identifiant d’un flux ; sinon tous. */
      readonly flux?: string | undefined
    }
  }
  /** Lister les comptes gérés par une entité */
  readonly 'GET /entites/{entityId}/utilisateurs': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
    }
  }
  /** Lire un compte */
  readonly 'GET /entites/{entityId}/utilisateurs/{userId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
  }
  /** Lister les rôles d’un compte, entité par entité */
  readonly 'GET /entites/{entityId}/utilisateurs/{userId}/roles': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
  }
  /** Lire un flux : ses pages de saisie, ses états et ses champs cherchables */
  readonly 'GET /flux/{flowId}': {
    readonly path: {
      /** Identifiant du flux. */
      readonly flowId: string
    }
  }
  /** Lire la page d’aide d’un flux */
  readonly 'GET /flux/{flowId}/aide': {
    readonly path: {
      /** Identifiant du flux. */
      readonly flowId: string
    }
  }
  /** Lire le dessin du cheminement d’un flux (SVG) */
  readonly 'GET /flux/{flowId}/dessin': {
    readonly path: {
      /** Identifiant du flux. */
      readonly flowId: string
    }
  }
  /** Lister ses propres jetons, avec leur dernier usage */
  readonly 'GET /jetons': Record<never, never>
  /** Lire ses abonnements aux changements d’état */
  readonly 'GET /notifications': Record<never, never>
  /** Lire les courriels de notification qui ne sont pas partis, et pourquoi */
  readonly 'GET /notifications/non-remises': {
    readonly query?: {
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
    }
  }
  /** Lire la description de cette API (OpenAPI 3.1) */
  readonly 'GET /openapi.json': Record<never, never>
  /** Chercher des documents dans toutes les entités que l’on peut lire */
  readonly 'GET /recherche': {
    readonly query: {
      /** Mots, débuts de mots, numéros. */
      readonly q: string
      /** Seulement cette entité et ce qui est dessous. */
      readonly entite?: string | undefined
      /** Valeur « next » de la page précédente. */
      readonly apres?: string | undefined
      /** Nombre de lignes de la page. */
      readonly limite?: number | undefined
    }
  }
  /** Lister les rôles et leurs droits */
  readonly 'GET /roles': Record<never, never>
  /** Savoir si Passeur répond et si sa base répond */
  readonly 'GET /sante': Record<never, never>
  /** Lire le schéma d’un flux sans code (JSON Schema 2020-12) */
  readonly 'GET /schemas/flux.json': Record<never, never>
  /** Qui suis-je ? */
  readonly 'GET /session': Record<never, never>
  /** Lister les étapes qu’un flux peut employer */
  readonly 'GET /studio/etapes': Record<never, never>
  /** Lister les flux du studio */
  readonly 'GET /studio/flux': Record<never, never>
  /** Lire un flux du studio : son brouillon, ses fautes, ses versions */
  readonly 'GET /studio/flux/{flowId}': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Compter les documents en cours d’un flux, par version et par état, et dire lesquels suivraient */
  readonly 'GET /studio/flux/{flowId}/documents-en-cours': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Exporter un flux avec les groupes de champs qu’il emploie */
  readonly 'GET /studio/flux/{flowId}/export': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Lister les groupes de champs de la plateforme */
  readonly 'GET /studio/groupes': Record<never, never>
  /** Lister les visionneuses et les types de fichiers qu’elles savent montrer */
  readonly 'GET /visionneuses': Record<never, never>
  /** Savoir ce que le dépôt de fichiers en plusieurs fois permet (protocole tus) */
  readonly 'OPTIONS /entites/{entityId}/depots': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
  }
  /** Renommer, corriger le SIREN, désactiver ou réactiver une entité */
  readonly 'PATCH /entites/{entityId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: EntityChanges
  }
  /** Modifier un contact, ou les groupes dont il est membre */
  readonly 'PATCH /entites/{entityId}/annuaire/contacts/{contactId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du contact. */
      readonly contactId: string
    }
    readonly body: ContactChanges
  }
  /** Renommer un groupe, ou le partager avec les entités qui dépendent de celle-ci */
  readonly 'PATCH /entites/{entityId}/annuaire/groupes/{mailGroupId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du groupe. */
      readonly mailGroupId: string
    }
    readonly body: ContactGroupChanges
  }
  /** Modifier un connecteur, son rythme et sa patience */
  readonly 'PATCH /entites/{entityId}/connecteurs/{instanceId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
    readonly body: InstanceEdition
  }
  /** Ajouter des octets à un dépôt, là où il s’est arrêté (protocole tus) */
  readonly 'PATCH /entites/{entityId}/depots/{uploadId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du dépôt, pris dans Location. */
      readonly uploadId: string
    }
  }
  /** Modifier des valeurs d’un document */
  readonly 'PATCH /entites/{entityId}/documents/{documentId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    readonly body: DocumentEdition
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Modifier un compte : identité, mot de passe, entité, activation */
  readonly 'PATCH /entites/{entityId}/utilisateurs/{userId}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
    readonly body: UserChanges
  }
  /** Ajouter un contact à l’annuaire */
  readonly 'POST /entites/{entityId}/annuaire/contacts': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewContact
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Savoir à combien de personnes une liste de destinataires écrirait, et ce qu’il faut y corriger */
  readonly 'POST /entites/{entityId}/annuaire/destinataires': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: RecipientList
  }
  /** Créer un groupe, de contacts ou de comptes qui ont un rôle */
  readonly 'POST /entites/{entityId}/annuaire/groupes': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewContactGroup
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Ajouter à l’annuaire les contacts d’un CSV, ou essayer sans rien écrire */
  readonly 'POST /entites/{entityId}/annuaire/import': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query?: {
      /** Dire ce que ferait chaque ligne, sans rien écrire. */
      readonly essai?: boolean | undefined
    }
  }
  /** Ajouter un connecteur à une entité */
  readonly 'POST /entites/{entityId}/connecteurs': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewInstance
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Enregistrer le prochain échange d’un connecteur, secrets masqués, pour le support */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/enregistrements': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Remettre en service un connecteur suspendu */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/reprise': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Exécuter tout de suite une tâche du connecteur */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/taches/{schedule}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
      /** Nom de la tâche périodique. */
      readonly schedule: string
    }
  }
  /** Tester un connecteur, sans effet chez le service distant */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/test': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du connecteur. */
      readonly instanceId: string
    }
  }
  /** Placer une entité, et ce qu’elle contient, sous une autre */
  readonly 'POST /entites/{entityId}/deplacement': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewMother
  }
  /** Annoncer un fichier à déposer en plusieurs fois (protocole tus) */
  readonly 'POST /entites/{entityId}/depots': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Créer un document */
  readonly 'POST /entites/{entityId}/documents': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewDocument
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Demander une action (envoyer, poursuivre, ou <étape>.<tâche>) */
  readonly 'POST /entites/{entityId}/documents/{documentId}/actions/{action}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom de l’action, pris dans « actions » du document. */
      readonly action: string
    }
    readonly body: Ask
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Dupliquer un document : un nouveau brouillon, avec ce qu’un agent y avait saisi et ses fichiers */
  readonly 'POST /entites/{entityId}/documents/{documentId}/copies': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Forcer l’état d’un document */
  readonly 'POST /entites/{entityId}/documents/{documentId}/etat': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
    }
    readonly body: ForcedState
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Obtenir l’adresse d’une page du service distant, bonne pour cette fois (action qui porte « opens ») */
  readonly 'POST /entites/{entityId}/documents/{documentId}/pages/{link}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom de la page, pris dans « actions » du document. */
      readonly link: string
    }
    readonly body: OpenPage
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Créer une entité sous une autre */
  readonly 'POST /entites/{entityId}/entites': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewEntity
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Importer la configuration d’une entité exportée par Pastell */
  readonly 'POST /entites/{entityId}/import-pastell': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: PastellEntityImport
  }
  /** Demander une action sur plusieurs documents */
  readonly 'POST /entites/{entityId}/lots': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewBatch
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Lire les actions possibles sur plusieurs documents, et sur combien d’entre eux */
  readonly 'POST /entites/{entityId}/lots/actions': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: Selection
  }
  /** Déposer un CSV, ou un zip, de documents à créer : il est d’abord vérifié ligne à ligne */
  readonly 'POST /entites/{entityId}/lots/creation': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly query: {
      /** Identifiant du flux des documents à créer. */
      readonly flux: string
      /** Nom du fichier, extension comprise. */
      readonly nom: string
      /** Zip sans CSV : champ qui reçoit les fichiers ; sinon le premier obligatoire. */
      readonly champ?: string | undefined
      /** Action à demander pour chaque document créé, comme « envoyer ». */
      readonly action?: string | undefined
      /** Créer à nouveau les lignes déjà créées. */
      readonly encore?: boolean | undefined
    }
  }
  /** Créer en lot depuis un fichier déposé en plusieurs fois (protocole tus) */
  readonly 'POST /entites/{entityId}/lots/creation/depot': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: StagedCreation
  }
  /** Abandonner ce qui reste d’un lot ; ce qui est fait le reste */
  readonly 'POST /entites/{entityId}/lots/{batchId}/annulation': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Numéro du lot. */
      readonly batchId: string
    }
  }
  /** Créer les documents que la vérification a trouvés justes */
  readonly 'POST /entites/{entityId}/lots/{batchId}/confirmation': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Numéro du lot. */
      readonly batchId: string
    }
  }
  /** S’abonner, dans une entité et tout ce qui est dessous */
  readonly 'POST /entites/{entityId}/notifications': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewSubscription
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Créer un compte, d’agent ou de programme */
  readonly 'POST /entites/{entityId}/utilisateurs': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: NewUser
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Créer un jeton, au plus aussi puissant que son compte */
  readonly 'POST /jetons': {
    readonly body: NewToken
  }
  /** Donner une nouvelle valeur à un jeton */
  readonly 'POST /jetons/{tokenId}/renouvellement': {
    readonly path: {
      /** Identifiant du jeton. */
      readonly tokenId: string
    }
  }
  /** Ouvrir une session */
  readonly 'POST /session': {
    readonly body: Credentials
  }
  /** Créer un flux, ou en importer un exporté d’ailleurs */
  readonly 'POST /studio/flux': {
    readonly body: Readonly<Record<string, unknown>>
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Passer des documents en cours à la version publiée, une page à la fois */
  readonly 'POST /studio/flux/{flowId}/passage': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
    readonly body: StudioBringOn
  }
  /** Publier le brouillon : les nouveaux documents le suivent, ceux en cours gardent leur version */
  readonly 'POST /studio/flux/{flowId}/publication': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
    readonly body: StudioPublication
  }
  /** Rendre à nouveau possible la création de documents d’un flux retiré */
  readonly 'POST /studio/flux/{flowId}/reprise': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Retirer un flux : aucun nouveau document, ceux en cours finissent */
  readonly 'POST /studio/flux/{flowId}/retrait': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
  }
  /** Importer un type de dossier exporté par le studio de Pastell */
  readonly 'POST /studio/import-pastell': {
    readonly body: PastellFlowImport
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Importer une définition de Pastell (definition.yml) */
  readonly 'POST /studio/import-pastell-definition': {
    readonly body: PastellFlowImport
    /** Sent as `Idempotency-Key`. */
    readonly idempotencyKey?: string
  }
  /** Vérifier un flux sans rien enregistrer : ses fautes, ses champs, son dessin */
  readonly 'POST /studio/verification': {
    readonly body: StudioTrial
  }
  /** Choisir le connecteur d’un emplacement ; null rend à l’entité ce dont elle hérite */
  readonly 'PUT /entites/{entityId}/associations': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
    }
    readonly body: AssociationChoice
  }
  /** Déposer un fichier : il remplace le précédent, ou s’ajoute à un champ qui en compte plusieurs */
  readonly 'PUT /entites/{entityId}/documents/{documentId}/fichiers/{field}': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du document. */
      readonly documentId: string
      /** Nom complet du champ, comme « objet » ou « tdtActes.numero ». */
      readonly field: string
    }
    readonly query: {
      /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
      readonly version?: number | undefined
      /** Nom du fichier, extension comprise. */
      readonly nom: string
    }
    /** Version that was read, sent as `If-Match`. */
    readonly ifMatch?: number
  }
  /** Donner un rôle sur une entité et celles qui en dépendent */
  readonly 'PUT /entites/{entityId}/utilisateurs/{userId}/roles': {
    readonly path: {
      /** Identifiant de l’entité. */
      readonly entityId: string
      /** Identifiant du compte. */
      readonly userId: string
    }
    readonly body: NewGrant
  }
  /** Créer un rôle, ou remplacer son libellé et ses droits */
  readonly 'PUT /roles/{roleId}': {
    readonly path: {
      /** Lettres minuscules, chiffres, tirets. */
      readonly roleId: string
    }
    readonly body: RoleContents
  }
  /** Remplacer le brouillon d’un flux (If-Match ou version : sa révision) */
  readonly 'PUT /studio/flux/{flowId}': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly flowId: string
    }
    readonly query?: {
      /** Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande. */
      readonly version?: number | undefined
    }
    readonly body: Readonly<Record<string, unknown>>
  }
  /** Créer ou remplacer un groupe de champs ; ce qui est publié ne change pas */
  readonly 'PUT /studio/groupes/{groupId}': {
    readonly path: {
      /** Minuscules, chiffres et tirets, 45 caractères au plus. */
      readonly groupId: string
    }
    readonly body: Readonly<Record<string, unknown>>
  }
}

/** What each operation answers. */
export interface Answers {
  /** Supprimer une entité vide */
  readonly 'DELETE /entites/{entityId}': undefined
  /** Retirer un contact de l’annuaire, et de ses groupes */
  readonly 'DELETE /entites/{entityId}/annuaire/contacts/{contactId}': undefined
  /** Supprimer un groupe ; ses contacts restent dans l’annuaire */
  readonly 'DELETE /entites/{entityId}/annuaire/groupes/{mailGroupId}': undefined
  /** Supprimer un connecteur qui ne sert plus */
  readonly 'DELETE /entites/{entityId}/connecteurs/{instanceId}': undefined
  /** Effacer un échange enregistré, ou renoncer à celui qui est demandé */
  readonly 'DELETE /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}': undefined
  /** Renoncer à un dépôt */
  readonly 'DELETE /entites/{entityId}/depots/{uploadId}': undefined
  /** Supprimer un document (son journal reste) */
  readonly 'DELETE /entites/{entityId}/documents/{documentId}': undefined
  /** Retirer un fichier */
  readonly 'DELETE /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}': DocumentView
  /** Supprimer un compte, ses rôles, ses sessions et ses jetons */
  readonly 'DELETE /entites/{entityId}/utilisateurs/{userId}': undefined
  /** Retirer un rôle sur une entité */
  readonly 'DELETE /entites/{entityId}/utilisateurs/{userId}/roles': undefined
  /** Révoquer un jeton */
  readonly 'DELETE /jetons/{tokenId}': undefined
  /** Ne plus être abonné */
  readonly 'DELETE /notifications/{subscriptionId}': undefined
  /** Supprimer un rôle que personne ne détient plus */
  readonly 'DELETE /roles/{roleId}': undefined
  /** Fermer la session */
  readonly 'DELETE /session': undefined
  /** Supprimer un flux jamais publié */
  readonly 'DELETE /studio/flux/{flowId}': undefined
  /** Supprimer un groupe de champs qu’aucun flux n’emploie plus */
  readonly 'DELETE /studio/groupes/{groupId}': undefined
  /** Lister les connecteurs installés */
  readonly 'GET /connecteurs/types': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly ConnectorType[]
  }
  /** Lister les droits qui peuvent entrer dans un rôle */
  readonly 'GET /droits': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly string[]
  }
  /** Lister les entités où l’on a un droit, de la racine vers les feuilles */
  readonly 'GET /entites': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Entity[]
  }
  /** Lire une entité, et ses propres droits sur elle */
  readonly 'GET /entites/{entityId}': Entity
  /** Lister les contacts de l’annuaire d’une entité, par nom */
  readonly 'GET /entites/{entityId}/annuaire/contacts': {
    /** Les contacts de la page, par nom. */
    readonly items: readonly Contact[]
    /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
    readonly next: string | null
  }
  /** Télécharger les contacts d’une entité en CSV */
  readonly 'GET /entites/{entityId}/annuaire/export': Response
  /** Lister les groupes d’une entité, et ceux que partagent les entités dont elle dépend */
  readonly 'GET /entites/{entityId}/annuaire/groupes': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly ContactGroup[]
  }
  /** Compléter une liste de destinataires : contacts, groupes et rôles qui commencent ainsi */
  readonly 'GET /entites/{entityId}/annuaire/suggestions': {
    /** Les premiers trouvés ; une lettre de plus en montre d’autres. */
    readonly items: readonly RecipientSuggestion[]
  }
  /** Lister les emplacements des flux et le connecteur qui sert chacun */
  readonly 'GET /entites/{entityId}/associations': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly AssociationView[]
  }
  /** Lister les connecteurs d’une entité, les siens et ceux dont elle hérite */
  readonly 'GET /entites/{entityId}/connecteurs': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly InstanceView[]
  }
  /** Lire un connecteur ; ses secrets ne sont jamais renvoyés */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}': InstanceView
  /** Lister les échanges enregistrés d’un connecteur, et ceux qui sont demandés */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly RecordingView[]
  }
  /** Télécharger un échange enregistré */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}': Response
  /** Lister les rapports laissés par les tâches d’un connecteur, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/rapports': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly ReportView[]
  }
  /** Télécharger un rapport */
  readonly 'GET /entites/{entityId}/connecteurs/{instanceId}/rapports/{reportId}': Response
  /** Savoir où en est un dépôt (HEAD suffit : Upload-Offset dit où reprendre) */
  readonly 'GET /entites/{entityId}/depots/{uploadId}': UploadView
  /** Lister les documents d’une entité, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/documents': ListedPage
  /** Lire un document : valeurs, pages, cheminement, actions possibles */
  readonly 'GET /entites/{entityId}/documents/{documentId}': DetailedDocument | SparseDocument
  /** Télécharger tout un document : ses fichiers, ses valeurs et son journal, dans un zip */
  readonly 'GET /entites/{entityId}/documents/{documentId}/archive': Response
  /** Lire les choix qu’un service distant propose pour un champ */
  readonly 'GET /entites/{entityId}/documents/{documentId}/choix/{field}': Choices
  /** Télécharger un fichier, en entier ou par plages */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}': Response
  /** Lister les visionneuses qui savent montrer ce fichier */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}/vues': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly FileView[]
  }
  /** Voir un fichier : une page à lire et à imprimer, rendue par le serveur */
  readonly 'GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}/vues/{viewer}': Response
  /** Lire le journal d’un document, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/documents/{documentId}/journal': JournalPage
  /** Lister les documents liés : ce qu’il a créé, ce dont il vient, ses réponses */
  readonly 'GET /entites/{entityId}/documents/{documentId}/liens': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Relation[]
  }
  /** Suivre les documents d’une entité (événements envoyés par le serveur) */
  readonly 'GET /entites/{entityId}/evenements': Response
  /** Lister les flux que l’on peut lire dans une entité */
  readonly 'GET /entites/{entityId}/flux': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly FlowSummary[]
  }
  /** Obtenir la preuve d’une ligne du journal : la ligne, son chemin dans le bloc horodaté, le jeton */
  readonly 'GET /entites/{entityId}/journal/{seq}/preuve': JournalProof
  /** Lister ses lots dans une entité, du plus récent au plus ancien */
  readonly 'GET /entites/{entityId}/lots': BatchPage
  /** Lire un lot : où il en est, combien de lignes dans chaque situation */
  readonly 'GET /entites/{entityId}/lots/{batchId}': BatchView
  /** Lire les lignes d’un lot : ce que chacune est devenue, ou ce que la vérification en dit */
  readonly 'GET /entites/{entityId}/lots/{batchId}/lignes': BatchItemPage
  /** Lire ce à quoi l’on peut s’abonner dans une entité */
  readonly 'GET /entites/{entityId}/notifications/choix': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly {
      /** À donner dans « events ». */
      readonly event: string
      /** Nom affiché. */
      readonly label: string
      /** À proposer d’abord. */
      readonly proposed: boolean
    }[]
  }
  /** Lister les comptes gérés par une entité */
  readonly 'GET /entites/{entityId}/utilisateurs': {
    /** Les comptes de la page. */
    readonly items: readonly User[]
    /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
    readonly next: string | null
  }
  /** Lire un compte */
  readonly 'GET /entites/{entityId}/utilisateurs/{userId}': User
  /** Lister les rôles d’un compte, entité par entité */
  readonly 'GET /entites/{entityId}/utilisateurs/{userId}/roles': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Grant[]
  }
  /** Lire un flux : ses pages de saisie, ses états et ses champs cherchables */
  readonly 'GET /flux/{flowId}': FlowView
  /** Lire la page d’aide d’un flux */
  readonly 'GET /flux/{flowId}/aide': FlowHelp
  /** Lire le dessin du cheminement d’un flux (SVG) */
  readonly 'GET /flux/{flowId}/dessin': Response
  /** Lister ses propres jetons, avec leur dernier usage */
  readonly 'GET /jetons': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Token[]
  }
  /** Lire ses abonnements aux changements d’état */
  readonly 'GET /notifications': Subscriptions
  /** Lire les courriels de notification qui ne sont pas partis, et pourquoi */
  readonly 'GET /notifications/non-remises': {
    /** Les courriels de la page. */
    readonly items: readonly LateLetter[]
    /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
    readonly next: string | null
  }
  /** Lire la description de cette API (OpenAPI 3.1) */
  readonly 'GET /openapi.json': Readonly<Record<string, unknown>>
  /** Chercher des documents dans toutes les entités que l’on peut lire */
  readonly 'GET /recherche': {
    /** Documents trouvés. */
    readonly items: readonly FoundDocument[]
    /** À donner dans « apres » pour lire la page suivante ; null à la fin. */
    readonly next: string | null
    /** Trop de documents trouvés pour les classer : les plus récents d’abord. */
    readonly byDate: boolean
  }
  /** Lister les rôles et leurs droits */
  readonly 'GET /roles': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Role[]
  }
  /** Savoir si Passeur répond et si sa base répond */
  readonly 'GET /sante': {
    /** Tout répond. */
    readonly status: 'ok'
  }
  /** Lire le schéma d’un flux sans code (JSON Schema 2020-12) */
  readonly 'GET /schemas/flux.json': Readonly<Record<string, unknown>>
  /** Qui suis-je ? */
  readonly 'GET /session': Session
  /** Lister les étapes qu’un flux peut employer */
  readonly 'GET /studio/etapes': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly StepView[]
  }
  /** Lister les flux du studio */
  readonly 'GET /studio/flux': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly StudioSummary[]
  }
  /** Lire un flux du studio : son brouillon, ses fautes, ses versions */
  readonly 'GET /studio/flux/{flowId}': StudioDetail
  /** Compter les documents en cours d’un flux, par version et par état, et dire lesquels suivraient */
  readonly 'GET /studio/flux/{flowId}/documents-en-cours': StudioOpenDocuments
  /** Exporter un flux avec les groupes de champs qu’il emploie */
  readonly 'GET /studio/flux/{flowId}/export': Readonly<Record<string, unknown>>
  /** Lister les groupes de champs de la plateforme */
  readonly 'GET /studio/groupes': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly StudioGroup[]
  }
  /** Lister les visionneuses et les types de fichiers qu’elles savent montrer */
  readonly 'GET /visionneuses': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly FileViewer[]
  }
  /** Savoir ce que le dépôt de fichiers en plusieurs fois permet (protocole tus) */
  readonly 'OPTIONS /entites/{entityId}/depots': undefined
  /** Renommer, corriger le SIREN, désactiver ou réactiver une entité */
  readonly 'PATCH /entites/{entityId}': Entity
  /** Modifier un contact, ou les groupes dont il est membre */
  readonly 'PATCH /entites/{entityId}/annuaire/contacts/{contactId}': Contact
  /** Renommer un groupe, ou le partager avec les entités qui dépendent de celle-ci */
  readonly 'PATCH /entites/{entityId}/annuaire/groupes/{mailGroupId}': ContactGroup
  /** Modifier un connecteur, son rythme et sa patience */
  readonly 'PATCH /entites/{entityId}/connecteurs/{instanceId}': InstanceView
  /** Ajouter des octets à un dépôt, là où il s’est arrêté (protocole tus) */
  readonly 'PATCH /entites/{entityId}/depots/{uploadId}': undefined
  /** Modifier des valeurs d’un document */
  readonly 'PATCH /entites/{entityId}/documents/{documentId}': DocumentView
  /** Modifier un compte : identité, mot de passe, entité, activation */
  readonly 'PATCH /entites/{entityId}/utilisateurs/{userId}': User
  /** Ajouter un contact à l’annuaire */
  readonly 'POST /entites/{entityId}/annuaire/contacts': Contact
  /** Savoir à combien de personnes une liste de destinataires écrirait, et ce qu’il faut y corriger */
  readonly 'POST /entites/{entityId}/annuaire/destinataires': Recipients
  /** Créer un groupe, de contacts ou de comptes qui ont un rôle */
  readonly 'POST /entites/{entityId}/annuaire/groupes': ContactGroup
  /** Ajouter à l’annuaire les contacts d’un CSV, ou essayer sans rien écrire */
  readonly 'POST /entites/{entityId}/annuaire/import': ContactImport
  /** Ajouter un connecteur à une entité */
  readonly 'POST /entites/{entityId}/connecteurs': InstanceView
  /** Enregistrer le prochain échange d’un connecteur, secrets masqués, pour le support */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/enregistrements': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly RecordingView[]
  }
  /** Remettre en service un connecteur suspendu */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/reprise': InstanceView
  /** Exécuter tout de suite une tâche du connecteur */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/taches/{schedule}': {
    /** Ce que la tâche a fait. */
    readonly message: string
  }
  /** Tester un connecteur, sans effet chez le service distant */
  readonly 'POST /entites/{entityId}/connecteurs/{instanceId}/test': {
    /** Le service distant répond et reconnaît ce compte. */
    readonly ok: boolean
    /** Ce que le test a trouvé. */
    readonly message: string
  }
  /** Placer une entité, et ce qu’elle contient, sous une autre */
  readonly 'POST /entites/{entityId}/deplacement': Entity
  /** Annoncer un fichier à déposer en plusieurs fois (protocole tus) */
  readonly 'POST /entites/{entityId}/depots': UploadView
  /** Créer un document */
  readonly 'POST /entites/{entityId}/documents': DocumentView
  /** Demander une action (envoyer, poursuivre, ou <étape>.<tâche>) */
  readonly 'POST /entites/{entityId}/documents/{documentId}/actions/{action}': DocumentView
  /** Dupliquer un document : un nouveau brouillon, avec ce qu’un agent y avait saisi et ses fichiers */
  readonly 'POST /entites/{entityId}/documents/{documentId}/copies': DocumentView
  /** Forcer l’état d’un document */
  readonly 'POST /entites/{entityId}/documents/{documentId}/etat': DocumentView
  /** Obtenir l’adresse d’une page du service distant, bonne pour cette fois (action qui porte « opens ») */
  readonly 'POST /entites/{entityId}/documents/{documentId}/pages/{link}': {
    /** Adresse de la page. */
    readonly url: string
  }
  /** Créer une entité sous une autre */
  readonly 'POST /entites/{entityId}/entites': Entity
  /** Importer la configuration d’une entité exportée par Pastell */
  readonly 'POST /entites/{entityId}/import-pastell': {
    /** Ce qui est repris, en une phrase. */
    readonly summary: string
    /** Une ligne par chose de l’export. */
    readonly lines: readonly {
      /** Ce qu’il en est : créé, déjà là, adapté ou refusé. */
      readonly is: 'cree' | 'present' | 'adapte' | 'refuse'
      /** Phrase à lire. */
      readonly message: string
    }[]
  }
  /** Demander une action sur plusieurs documents */
  readonly 'POST /entites/{entityId}/lots': BatchView
  /** Lire les actions possibles sur plusieurs documents, et sur combien d’entre eux */
  readonly 'POST /entites/{entityId}/lots/actions': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly SelectionOffer[]
  }
  /** Déposer un CSV, ou un zip, de documents à créer : il est d’abord vérifié ligne à ligne */
  readonly 'POST /entites/{entityId}/lots/creation': BatchView
  /** Créer en lot depuis un fichier déposé en plusieurs fois (protocole tus) */
  readonly 'POST /entites/{entityId}/lots/creation/depot': BatchView
  /** Abandonner ce qui reste d’un lot ; ce qui est fait le reste */
  readonly 'POST /entites/{entityId}/lots/{batchId}/annulation': BatchView
  /** Créer les documents que la vérification a trouvés justes */
  readonly 'POST /entites/{entityId}/lots/{batchId}/confirmation': BatchView
  /** S’abonner, dans une entité et tout ce qui est dessous */
  readonly 'POST /entites/{entityId}/notifications': Subscriptions
  /** Créer un compte, d’agent ou de programme */
  readonly 'POST /entites/{entityId}/utilisateurs': User
  /** Créer un jeton, au plus aussi puissant que son compte */
  readonly 'POST /jetons': NewTokenView
  /** Donner une nouvelle valeur à un jeton */
  readonly 'POST /jetons/{tokenId}/renouvellement': NewTokenView
  /** Ouvrir une session */
  readonly 'POST /session': Session
  /** Créer un flux, ou en importer un exporté d’ailleurs */
  readonly 'POST /studio/flux': StudioDetail
  /** Passer des documents en cours à la version publiée, une page à la fois */
  readonly 'POST /studio/flux/{flowId}/passage': StudioPassage
  /** Publier le brouillon : les nouveaux documents le suivent, ceux en cours gardent leur version */
  readonly 'POST /studio/flux/{flowId}/publication': StudioDetail
  /** Rendre à nouveau possible la création de documents d’un flux retiré */
  readonly 'POST /studio/flux/{flowId}/reprise': StudioDetail
  /** Retirer un flux : aucun nouveau document, ceux en cours finissent */
  readonly 'POST /studio/flux/{flowId}/retrait': StudioDetail
  /** Importer un type de dossier exporté par le studio de Pastell */
  readonly 'POST /studio/import-pastell': {
    /** Identifiant du flux. */
    readonly id: string
    /** Son nom. */
    readonly label: string
    /** Ce qui a été fait : un flux qui a des fautes reste en brouillon. */
    readonly mode: 'essai' | 'brouillon' | 'publication'
    /** Une ligne par chose du fichier dont il y a quelque chose à dire. */
    readonly remarks: readonly {
      /** Pointeur JSON dans le fichier. */
      readonly at: string
      /** Phrase à lire. */
      readonly message: string
      /** Ce qu’il en est : repris, adapté ou laissé. */
      readonly is: 'repris' | 'adapte' | 'nonRepris'
    }[]
    /** Tout ce qui empêcherait de publier le brouillon ; vide : rien. */
    readonly faults: readonly {
      /** Pointeur JSON dans le flux. */
      readonly at: string
      /** Phrase à lire. */
      readonly message: string
    }[]
  }
  /** Importer une définition de Pastell (definition.yml) */
  readonly 'POST /studio/import-pastell-definition': {
    /** Identifiant du flux. */
    readonly id: string
    /** Son nom. */
    readonly label: string
    /** Ce qui a été fait : un flux qui a des fautes reste en brouillon. */
    readonly mode: 'essai' | 'brouillon' | 'publication'
    /** Une ligne par chose du fichier dont il y a quelque chose à dire. */
    readonly remarks: readonly {
      /** Pointeur JSON dans le fichier. */
      readonly at: string
      /** Phrase à lire. */
      readonly message: string
      /** Ce qu’il en est : repris, adapté ou laissé. */
      readonly is: 'repris' | 'adapte' | 'nonRepris'
    }[]
    /** Tout ce qui empêcherait de publier le brouillon ; vide : rien. */
    readonly faults: readonly {
      /** Pointeur JSON dans le flux. */
      readonly at: string
      /** Phrase à lire. */
      readonly message: string
    }[]
  }
  /** Vérifier un flux sans rien enregistrer : ses fautes, ses champs, son dessin */
  readonly 'POST /studio/verification': StudioCheck
  /** Choisir le connecteur d’un emplacement ; null rend à l’entité ce dont elle hérite */
  readonly 'PUT /entites/{entityId}/associations': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly AssociationView[]
  }
  /** Déposer un fichier : il remplace le précédent, ou s’ajoute à un champ qui en compte plusieurs */
  readonly 'PUT /entites/{entityId}/documents/{documentId}/fichiers/{field}': DocumentView
  /** Donner un rôle sur une entité et celles qui en dépendent */
  readonly 'PUT /entites/{entityId}/utilisateurs/{userId}/roles': {
    /** Tous les éléments : cette liste tient en une page. */
    readonly items: readonly Grant[]
  }
  /** Créer un rôle, ou remplacer son libellé et ses droits */
  readonly 'PUT /roles/{roleId}': Role
  /** Remplacer le brouillon d’un flux (If-Match ou version : sa révision) */
  readonly 'PUT /studio/flux/{flowId}': StudioDetail
  /** Créer ou remplacer un groupe de champs ; ce qui est publié ne change pas */
  readonly 'PUT /studio/groupes/{groupId}': StudioGroup
}
