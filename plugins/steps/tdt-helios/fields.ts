import { choice, date, file, longText, rows, text } from '#core'

/** What the first page of a flow asks of a PES, wherever it comes from. */
export const pesAsked = {
  objet: text('Objet', {
    required: true,
    title: true,
    help: 'Repris du nom du PES si vous le laissez vide.',
    pastell: 'objet',
  }),
  fichierPes: file('Fichier PES', {
    required: true,
    accept: ['application/xml'],
    maxBytes: 128_000_000,
    pastell: 'fichier_pes',
  }),
}

/** What the PES says of itself (`flows/steps.md`, PES extraction table). */
const extracted = {
  idColl: text('Collectivité émettrice (SIRET)', { computed: true, index: true, pastell: 'id_coll' }),
  dteStr: date('Date de production du fichier', { computed: true, index: true, pastell: 'dte_str' }),
  codBud: text('Code du budget', { computed: true, index: true, pastell: 'cod_bud' }),
  exercice: text('Exercice', { computed: true, index: true, pastell: 'exercice' }),
  idBordereau: text('Bordereaux', { computed: true, index: true, pastell: 'id_bordereau' }),
  idPj: text('Pièces justificatives', { computed: true, index: true, pastell: 'id_pj' }),
  idPce: text('Mandats ou titres', { computed: true, index: true, pastell: 'id_pce' }),
  idNature: text('Natures comptables', { computed: true, index: true, pastell: 'id_nature' }),
  idFonction: text('Fonctions comptables', { computed: true, index: true, pastell: 'id_fonction' }),
  nomFic: text('Nom du PES', {
    computed: true,
    index: true,
    help: 'La balise « NomFic » : la trésorerie reconnaît un PES à ce nom.',
  }),
  libelleBudget: text('Libellé du budget', { computed: true }),
  /** `NomFic` and `CodCol`: what the treasury never takes twice. Written once the file is about to leave. */
  nomUnique: text('Nom du PES pour la trésorerie', { computed: true, index: true, hidden: true }),
}

/** What the signatures of the file are worth. */
const verified = {
  etatSignatures: choice(
    'Signatures',
    {
      absente: 'Non signé',
      valide: 'Toutes valides',
      partielle: 'Valides, des bordereaux ne sont pas signés',
      invalide: 'Au moins une à revoir',
    },
    { computed: true, index: true },
  ),
  signatures: longText('Vérification des signatures', {
    computed: true,
    help: "Empreintes, certificat et validité au jour que déclare la signature ; autorité et révocation si l'administrateur du connecteur a dit lesquelles reconnaître.",
  }),
}

/** What the treasury answered. */
const answered = {
  transactionId: text('Transaction au TdT', {
    computed: true,
    index: true,
    max: 100,
    help: 'Le numéro que le TdT a donné au PES.',
    pastell: 'pes_tedetis_transaction_id',
  }),
  acquit: file('PES acquit', { computed: true, pastell: 'pes_acquit' }),
  etatAck: choice(
    "État de l'acquit",
    { '0': 'Pas encore acquitté', '1': 'Accepté', '2': 'Refusé, en tout ou en partie' },
    { computed: true, index: true, pastell: 'pes_etat_ack' },
  ),
  resume: longText('Réponse de la trésorerie', { computed: true }),
  lignesRefusees: rows(
    'Lignes refusées',
    {
      objet: text('Refusé'),
      bordereau: text('Bordereau'),
      exercice: text('Exercice'),
      piece: text('Mandat ou titre'),
      ligne: text('Ligne'),
      code: text('Code'),
      motif: text('Motif'),
    },
    { computed: true },
  ),
}

export const fields = { ...extracted, ...verified, ...answered }
