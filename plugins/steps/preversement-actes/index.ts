import { buffer } from 'node:stream/consumers'
import {
  defineStep,
  file,
  files,
  PermanentError,
  readActesReceipt,
  text,
  type Choice,
  type FileRef,
  type PieceType,
} from '#core'
import { readTransmission, typologyInName } from './reading.ts'

/** A message describes an acte; it holds none. */
const LONGEST_MESSAGE = 2_000_000
/** What Pastell takes where no TdT says better. */
const WITHOUT_TDT = '99_AU'

const bytesOf = async (
  store: { readonly open: (file: FileRef) => NodeJS.ReadableStream },
  file: FileRef,
): Promise<Uint8Array> => {
  if (file.size > LONGEST_MESSAGE)
    throw new PermanentError(`« ${file.name} » est trop gros pour un message ACTES : vérifiez le fichier déposé.`)
  return buffer(store.open(file))
}

const typesOf = (pieces: readonly FileRef[], list: readonly Choice[]): readonly PieceType[] =>
  pieces.map(({ sha256, name }) => {
    const value = typologyInName(name) ?? list[0]?.value ?? WITHOUT_TDT
    return { sha256, name, value, label: list.find(choice => choice.value === value)?.label ?? value }
  })

const isReceipt = (bytes: Uint8Array): boolean => {
  try {
    readActesReceipt(bytes, 'ARActe')
    return true
  } catch {
    // Why it cannot be read matters less than what to deposit instead, which the caller says.
    return false
  }
}

/**
 * Turns the envelope of an acte that went through another TdT into an acte to archive (`flows/actes.md`, actes-preversement-seda). The
 * default types of pieces are those of the TdT associated here, when there is one.
 */
export const preversementActes = defineStep({
  id: 'preversementActes',
  label: "Création de l'acte à archiver",
  needs: 'tdtActes',
  optional: true,
  inputs: {
    enveloppe: file('Enveloppe métier', { required: true }),
    documents: files("Fichiers de l'acte", { required: true }),
    ar: file('Accusé de réception', { required: true }),
  },
  fields: {
    numero: text("Numéro de l'acte", { computed: true, index: true }),
    acte: text('Acte créé', { computed: true, index: true }),
  },
  initial: 'aCreer',
  states: {
    aCreer: { label: "Préparation de l'acte à archiver" },
    cree: { label: 'Acte créé et envoyé à l’archivage', ends: 'next', pastell: 'create-acte' },
    incomplet: {
      label: 'Enveloppe inutilisable',
      help: "Ce qui est déposé ne suffit pas à créer l'acte : la phrase affichée dit ce qui manque. « Rouvrir », complétez, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
      pastell: 'erreur',
    },
    invalide: {
      label: 'Acte créé, à compléter',
      help: "L'acte à archiver est créé, mais son formulaire n'est pas complet : la phrase affichée dit en quoi. Ouvrez l'acte lié, complétez-le et envoyez-le ; puis, ici, « Vérifier à nouveau l'acte ».",
      trouble: true,
      deletable: true,
      pastell: 'erreur',
    },
    erreur: {
      label: "Création de l'acte impossible",
      help: "L'acte à archiver n'a pas pu être créé, pour la raison affichée. Si le flux ou un connecteur est en cause, l'administrateur le corrige, puis « Réessayer » : un seul acte sera créé. Si c'est un fichier : « Abandonner », « Rouvrir », remplacez-le, puis « Envoyer ».",
      trouble: true,
      deletable: true,
      pastell: 'erreur',
    },
  },
  tasks: {
    creer: {
      label: "Créer l'acte à archiver",
      from: 'aCreer',
      to: ['cree', 'incomplet', 'invalide'],
      // The same reference gives the same acte: running it again makes no second one.
      afterCrash: 'retry',
      pastell: 'create-acte',
      async run({ inputs, connectors, document, files: store }, goto) {
        const read = readTransmission(await bytesOf(store, inputs.enveloppe), inputs.enveloppe.name)
        if (typeof read === 'string') return goto('incomplet', {}, read)
        if (!isReceipt(await bytesOf(store, inputs.ar)))
          return goto(
            'incomplet',
            {},
            `« ${inputs.ar.name} » n'est pas un accusé de réception d'acte (message 1-2) : déposez celui de la préfecture.`,
          )
        const found = read.files.map(name => inputs.documents.find(each => each.name === name))
        const absent = read.files.filter((_, rank) => !found[rank])
        if (absent.length > 0)
          return goto(
            'incomplet',
            {},
            `L'enveloppe nomme des fichiers qui ne sont pas là : ${absent.join(', ')}. Ajoutez-les sous ces noms exacts.`,
          )
        const pieces = found.flatMap(piece => piece ?? [])
        const typologies = (await connectors.tdtActes?.typologies({ nature: read.nature })) ?? []
        const { id, is, problems } = await document.create({
          flow: 'actes-automatique',
          reference: 'acte',
          values: {
            objet: read.objet,
            arrete: pieces[0],
            autre_document_attache: pieces.slice(1),
            acte_nature: read.nature,
            numero_de_lacte: read.numero,
            date_de_lacte: read.date,
            classification: read.classification,
            type_piece: typesOf(pieces, typologies),
            aractes: inputs.ar,
            envoi_sae: true,
          },
          message: `Créé par le préversement « ${document.title} »`,
          then: { whenValid: 'envoyer' },
          link: { there: 'Acte à archiver', here: 'Préversement' },
        })
        const values = { numero: read.numero, acte: id }
        if (problems.length > 0)
          return goto(
            'invalide',
            values,
            `L'acte ${read.numero} est créé mais ne peut pas partir : ${problems.join(' ')} Complétez-le et envoyez-le, puis réessayez ici.`,
          )
        const made = is === 'created' ? 'créé et envoyé à l’archivage' : 'déjà créé'
        return goto('cree', values, `Acte ${read.numero} ${made} (${id})`)
      },
    },
    reprendre: {
      label: "Vérifier à nouveau l'acte",
      from: 'invalide',
      to: 'aCreer',
      trigger: 'agent',
      async run(_context, goto) {
        return goto('aCreer')
      },
    },
  },
})
