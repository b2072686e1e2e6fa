import {
  date,
  defineStep,
  file,
  files,
  filesHeld,
  flag,
  pieceTypesAmong,
  text,
  typeOfPiece,
  unzip,
  type CapabilityName,
  type FileRef,
  type PieceType,
  type TaskContext,
} from '#core'
import { consultation, etapePiece, suitePiece, TYPES_PIECE, typeConsultation } from '../champs.ts'

/** The pieces of one stage: enough for any real one, too little to fill a disk. */
const LIMITS = { files: 500, bytes: 4 * 1024 ** 3 }

const inputs = {
  libelle: text('Libellé', { required: true }),
  typeConsultation: typeConsultation(false),
  numeroConsultation: text(consultation.numeroConsultation.label, { required: true }),
  typeMarche: consultation.typeMarche,
  recurrent: flag(consultation.recurrent.label),
  numeroMarche: text(consultation.numeroMarche.label),
  etape: etapePiece,
  soumissionnaire: text(suitePiece.soumissionnaire.label),
  montant: text(suitePiece.montant.label),
  dateDocument: date(suitePiece.dateDocument.label, { required: true }),
} as const

const fields = {
  zip: file('Pièces en un ZIP', {
    accept: ['application/zip'],
    help: 'Les fichiers à la racine deviennent des pièces ; ceux des sous-dossiers sont laissés.',
    pastell: 'zip_etape',
  }),
  pieces: files('Pièces', { max: LIMITS.files, pastell: 'piece' }),
  types: pieceTypesAmong('Types des pièces', TYPES_PIECE, { of: ['pieces'], pastell: 'type_piece' }),
} as const

const plural = (count: number, one: string, several: string): string => `${count} ${count > 1 ? several : one}`

const untyped = (pieces: readonly FileRef[] = [], types: readonly PieceType[] = []): readonly string[] =>
  pieces.filter(piece => !typeOfPiece(piece, types)).map(({ name }) => `« ${name} »`)

/** Every piece has its type, or the sentence that says which has not. */
const allTyped = (data: {
  readonly pieces: readonly FileRef[] | undefined
  readonly types: readonly PieceType[] | undefined
}): true | string => {
  if (filesHeld(data.pieces).length === 0) return 'aucune pièce : en déposer au moins une, ou un ZIP'
  const missing = untyped(data.pieces, data.types)
  return missing.length === 0 || `il manque le type de ${missing.join(', ')} : le choisir dans la liste`
}

const isSame = (a: FileRef, b: FileRef): boolean => a.sha256 === b.sha256 && a.name === b.name

/** Makes a document of each piece, in order, once whatever happens on the way. @returns how many */
const createPieces = async (
  { inputs: stage, data, document }: TaskContext<typeof inputs, typeof fields, CapabilityName>,
  send: 'send' | 'keep',
): Promise<number> => {
  const pieces = data.pieces ?? []
  for (const [rank, piece] of pieces.entries()) {
    const before = pieces.slice(0, rank).filter(other => isSame(other, piece)).length
    await document.create({
      flow: 'piece-marche',
      reference: `piece-${piece.sha256}-${before}-${piece.name}`.slice(0, 200),
      values: { ...stage, typePiece: typeOfPiece(piece, data.types ?? [])?.value, document: piece },
      message: `Pièce « ${piece.name} » de « ${document.title} »`,
      ...(send === 'send' ? { then: { whenValid: 'envoyer' } } : {}),
      link: { there: 'Pièce de marché', here: 'Pièces par étape' },
    })
  }
  return pieces.length
}

/**
 * Takes the pieces of a stage out of a zip, has a person type them, then makes a document of each (`flows/marches.md`,
 * piece-marche-par-etape). A step of that flow alone.
 */
export const piecesEtape = defineStep({
  id: 'piecesEtape',
  label: 'Pièces',
  inputs,
  fields,
  initial: 'aExtraire',
  states: {
    aExtraire: { label: "Préparation de l'extraction", pastell: 'extraction-prepare' },
    aTyper: {
      label: 'Pièces à typer et à créer',
      help: 'Choisissez le type de chaque pièce, puis « Créer les pièces et les envoyer », ou « Créer les pièces sans les envoyer » si elles sont à compléter.',
      editable: ['pieces', 'types'],
      pastell: 'extraction',
    },
    creees: { label: 'Pièces créées, à compléter', ends: 'next', pastell: 'creer-piece-marche' },
    envoyees: { label: 'Pièces créées et envoyées', ends: 'next', pastell: 'creer-envoyer-piece-marche' },
    erreurExtraction: {
      label: 'ZIP illisible',
      help: "Le ZIP ne se lit pas, ou en contient trop ; la raison est affichée, et aucune pièce n'est créée. Déposez un autre ZIP, ou les pièces une à une, puis « Réessayer : Extraire les pièces ».",
      trouble: true,
      deletable: true,
      editable: ['zip', 'pieces'],
      pastell: 'extraction-error',
    },
    erreur: {
      label: 'Création des pièces impossible',
      help: "Une pièce n'a pas pu être créée, pour la raison affichée ; celles qui le sont déjà ne le seront pas deux fois. L'administrateur corrige ce qu'elle nomme, puis « Réessayer ».",
      trouble: true,
      deletable: true,
      pastell: 'erreur',
    },
  },
  tasks: {
    extraire: {
      label: 'Extraire les pièces',
      from: 'aExtraire',
      to: 'aTyper',
      failsTo: 'erreurExtraction',
      // Nothing happens outside the document: reading the archive again is harmless.
      afterCrash: 'retry',
      async run({ data, files: store }, goto) {
        const given = data.pieces ?? []
        if (!data.zip) return goto('aTyper', {}, plural(given.length, 'pièce à typer', 'pièces à typer'))
        const found = await unzip(data.zip, store, LIMITS)
        const root = found.filter(({ path }) => !path.includes('/')).map(each => each.file)
        const left = found.length - root.length
        const pieces = [...given, ...root.filter(piece => !given.some(other => isSame(other, piece)))]
        return goto(
          'aTyper',
          { pieces },
          `${plural(pieces.length, 'pièce à typer', 'pièces à typer')}${left > 0 ? ` ; ${plural(left, 'fichier d’un sous-dossier laissé', 'fichiers de sous-dossiers laissés')}` : ''}`,
        )
      },
    },
    creer: {
      label: 'Créer les pièces sans les envoyer',
      from: 'aTyper',
      to: 'creees',
      trigger: 'agent',
      pastell: 'creer-piece-marche',
      guard: ({ data }) => allTyped(data),
      async run(context, goto) {
        const count = await createPieces(context, 'keep')
        return goto('creees', {}, plural(count, 'pièce créée', 'pièces créées'))
      },
    },
    creerEnvoyer: {
      label: 'Créer les pièces et les envoyer',
      from: 'aTyper',
      to: 'envoyees',
      trigger: 'agent',
      pastell: 'creer-envoyer-piece-marche',
      guard: ({ data }) => allTyped(data),
      async run(context, goto) {
        const count = await createPieces(context, 'send')
        return goto('envoyees', {}, plural(count, 'pièce créée et envoyée', 'pièces créées et envoyées'))
      },
    },
  },
})
