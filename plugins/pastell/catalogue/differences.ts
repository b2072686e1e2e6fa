import type { Kind } from './compare.ts'

/** Names of Pastell that this hub does not answer on purpose. */
export interface Difference {
  readonly kind: Kind
  readonly names: readonly string[]
  /** Identifiers of folder types, or all those that have the name. */
  readonly flows: 'tous' | readonly string[]
  /** A sentence for the integrator who looks for the name. */
  readonly why: string
}

const LOCAL_SIGNATURE =
  'La signature dans le navigateur passait par un greffon que les navigateurs ne chargent plus, et Pastell ne l’offrait pas par l’API : faire signer par un parapheur.'
const CONFIRMATION =
  'Pendant qu’une personne confirme avec son certificat, le document reste dans l’état « document-transmis-tdt » ; le hub voit la confirmation en interrogeant le TdT.'
const NEVER_ENTERED = 'Déclaré par Pastell, dont aucun traitement n’y mène : aucun dossier n’y a jamais été.'

export const DIFFERENCES: readonly Difference[] = [
  {
    kind: 'état',
    names: ['importation'],
    flows: 'tous',
    why: 'Un document déposé par un glaneur est un brouillon (« creation » ou « modification »), ou part aussitôt : il ne s’arrête pas à l’importation.',
  },
  {
    kind: 'champ',
    names: ['key'],
    flows: 'tous',
    why: 'Champ caché que Pastell n’emploie pas : la clé de chaque destinataire est dans sa ligne.',
  },
  {
    kind: 'champ',
    names: [
      'fast_parapheur_circuit_configuration',
      'fast_parapheur_email_destinataire',
      'fast_parapheur_email_cc',
      'fast_parapheur_agents',
    ],
    flows: 'tous',
    why: 'Un circuit FAST à la volée se décrit dans « json_metadata » (clés circuit, email_destinataire, email_cc, agents), ou dans les réglages du connecteur.',
  },
  { kind: 'état', names: ['teletransmission-tdt', 'return-teletransmission-tdt'], flows: 'tous', why: CONFIRMATION },
  {
    kind: 'action',
    names: ['teletransmission-tdt'],
    flows: 'tous',
    why: 'Ouvre la page du TdT dans le navigateur : c’est un lien de la page du document, qui ne se demande pas par l’API.',
  },
  {
    kind: 'champ',
    names: ['has_signature_locale', 'signature_locale_display', 'signature_link'],
    flows: 'tous',
    why: LOCAL_SIGNATURE,
  },
  { kind: 'état', names: ['send-signature-local'], flows: 'tous', why: LOCAL_SIGNATURE },
  { kind: 'action', names: ['send-signature-local'], flows: 'tous', why: LOCAL_SIGNATURE },
  {
    kind: 'champ',
    names: ['envoi_signature_fast'],
    flows: 'tous',
    why: 'FAST est un parapheur comme un autre : la case de la signature et « fast_parapheur_circuit », second nom du circuit, suffisent.',
  },
  {
    kind: 'état',
    names: ['acquiter-tdt', 'refus-tdt'],
    flows: ['helios-generique', 'helios-automatique'],
    why: NEVER_ENTERED,
  },
  { kind: 'état', names: ['refus-tdt', 'acquiter-tdt'], flows: ['pes-marche'], why: NEVER_ENTERED },
  {
    kind: 'champ',
    names: ['has_information_complementaire', 'uniqid'],
    flows: ['helios-generique', 'helios-automatique', 'pes-marche'],
    why: 'Page où fournir à la main la réponse d’une télétransmission faite ailleurs : un PES s’archive ici sans elle.',
  },
  {
    kind: 'état',
    names: ['affectation', 'importation-sans-envoi', 'importation-erreur'],
    flows: ['pes-marche'],
    why: 'Le PES reçu est un brouillon, que l’envoi extrait aussitôt : il ne s’arrête ni à l’importation, ni entre l’extraction et la suite.',
  },
  {
    kind: 'état',
    names: ['reponse'],
    flows: 'tous',
    why: 'Sujet de notification et non état : la réponse d’un destinataire est un document à elle, lié au premier.',
  },
  {
    kind: 'action',
    names: ['reponse'],
    flows: 'tous',
    why: 'Sujet de notification et non action : dans Pastell, sa règle n’est jamais vérifiée.',
  },
  {
    kind: 'champ',
    names: ['reponse_prefecture_file'],
    flows: ['actes-generique', 'actes-automatique'],
    why: 'Liste d’adresses de dossiers : les courriers de la préfecture sont dans le champ « tdtActes_courriers » de l’acte, et leurs dossiers lui sont liés.',
  },
  {
    kind: 'champ',
    names: ['url_acte'],
    flows: ['actes-reponse-prefecture'],
    why: 'L’acte est un document lié au courrier : le lien est sur la page du document et dans l’API native, sans adresse figée.',
  },
  {
    kind: 'champ',
    names: ['empty'],
    flows: ['actes-reponse-prefecture'],
    why: 'Fichier caché que Pastell laisse toujours vide, pour dire qu’une réponse n’a pas d’annexe.',
  },
  {
    kind: 'état',
    names: ['pre-orientation'],
    flows: ['pdf-generique'],
    why: 'Entrée des imports qui voulaient partir aussitôt : un document importé part par l’action « envoyer », sans état à lui.',
  },
  {
    kind: 'état',
    names: ['cpp-modif-statut'],
    flows: ['facture-cpp'],
    why: 'Pastell ne fait qu’y passer : le document va de « cpp-modif-statut-demande » à « cpp-modif-statut-ok » ou « cpp-modif-statut-erreur ». L’action de ce nom existe.',
  },
  {
    kind: 'état',
    names: ['importation-glaneur-pivot'],
    flows: ['facture-cpp'],
    why: 'Une facture déposée par un glaneur est un brouillon, que l’envoi intègre aussitôt (« integration-glaneur-pivot »).',
  },
  {
    kind: 'action',
    names: ['affecter-valeurs'],
    flows: ['facture-formulaire-pivot'],
    why: 'Les valeurs réglées par l’administrateur sont prises à l’envoi, pour ce qui est resté vide : il n’y a rien à demander.',
  },
  {
    kind: 'état',
    names: ['extraire-pivot'],
    flows: ['facture-formulaire-pivot'],
    why: 'Un pivot déposé dans « fichier_facture » remplit aussitôt le formulaire, qui reste un brouillon.',
  },
  {
    kind: 'action',
    names: ['extraire-pivot'],
    flows: ['facture-formulaire-pivot'],
    why: 'Un pivot déposé dans « fichier_facture » remplit aussitôt le formulaire : il n’y a rien à demander.',
  },
  {
    kind: 'champ',
    names: ['id_fournisseur_facture', 'ligne_de_poste', 'fichier_ligne_de_poste'],
    flows: ['facture-chorus-fournisseur'],
    why: 'Saisie manuelle (SAISIE_API) : Pastell en montre la page, et aucune de ses actions ne la soumet.',
  },
  { kind: 'état', names: ['not-possible'], flows: ['test'], why: NEVER_ENTERED },
  {
    kind: 'action',
    names: ['test-external-data', 'test-on-change'],
    flows: ['test'],
    why: 'Une liste se choisit dans son champ, et un champ n’en recopie pas un autre à la saisie : il n’y a pas d’action à demander.',
  },
  {
    kind: 'action',
    names: ['test-trigger-connecteur-1', 'test-trigger-connecteur-2'],
    flows: ['test'],
    why: 'Le connecteur d’essai de Pastell n’existe pas ici : une étape placée deux fois a deux associations, ce que pdf-generique montre.',
  },
  {
    kind: 'état',
    names: ['affectation', 'importation-sans-envoi', 'importation-erreur'],
    flows: ['piece-marche'],
    why: 'La pièce reçue ou créée sans envoi est un brouillon ; l’envoi applique le paramétrage de son type et poursuit aussitôt.',
  },
  {
    kind: 'état',
    names: ['importation-ok'],
    flows: ['dossier-marche'],
    why: 'Notifiait la réception par un glaneur : ici, l’abonnement à la création du document en tient lieu.',
  },
  {
    kind: 'état',
    names: ['importation-ok', 'importation-sans-extraction', 'importation-erreur'],
    flows: ['piece-marche-par-etape'],
    why: 'Ce qu’un glaneur dépose est un brouillon, que l’envoi (« orientation ») déplie aussitôt : il ne s’arrête pas entre les deux.',
  },
]
