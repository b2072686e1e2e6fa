import type { Readable } from 'node:stream'
import { date, defineStep, errors, file, longText, readRetour, text, UnreadableXml, type PesRetour } from '#core'

/** Parts of a PES retour, as people call them. */
const PARTS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  PES_DepenseRetour: ['retour de dépense', 'retours de dépense'],
  PES_RecetteRetour: ['retour de recette', 'retours de recette'],
  PES_ClientRetour: ['retour sur un redevable', 'retours sur des redevables'],
}

const summary = ({ parts }: PesRetour): string =>
  parts.length === 0
    ? 'Ce PES retour ne contient aucun retour.'
    : parts
        .map(({ name, elements }) => {
          const [one, many] = PARTS[name] ?? [name, name]
          return `${elements} ${elements > 1 ? many : one}`
        })
        .join(', ')
        .concat('.')

const unreadable = (name: string): string =>
  `« ${name} » n'est pas un PES retour lisible : récupérez-le à nouveau sur le TdT.`

/** For the `extract` of the flow: the subject, when nobody gave one. @throws Problem when the file is no XML */
export const extractRetour = async (content: Readable, { name }: { readonly name: string }) => {
  try {
    const { nomFic } = await readRetour(content)
    return { objet: nomFic || name }
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    throw errors.badInput({ detail: unreadable(name) })
  }
}

/** What a PES retour says, and whom it is for (formats/pes-v2.md §7). */
export const lectureRetour = defineStep({
  id: 'lectureRetour',
  label: 'Lecture du PES retour',
  inputs: { pes: file('PES retour', { required: true }) },
  fields: {
    nomFic: text('Nom du PES', { computed: true, index: true }),
    idColl: text('Collectivité (SIRET)', { computed: true, index: true }),
    idPost: text('Poste comptable', { computed: true, index: true }),
    codCol: text('Code de la collectivité', { computed: true, index: true }),
    codBud: text('Code du budget', { computed: true, index: true }),
    dteStr: date('Date de production du fichier', { computed: true, index: true }),
    contenu: longText('Contenu', { computed: true }),
  },
  initial: 'aLire',
  states: {
    aLire: { label: 'Préparation de la lecture du PES retour' },
    lu: { label: 'PES retour lu', ends: 'next', pastell: 'get-pes' },
    illisible: {
      label: 'PES retour illisible',
      help: "Ce fichier n'est pas un PES retour lisible. « Rouvrir », déposez celui que donne le TdT, puis « Envoyer » ; ou « Supprimer » ce document.",
      ends: 'stop',
      deletable: true,
      pastell: 'tdt-error',
    },
  },
  tasks: {
    lire: {
      label: 'Lire le PES retour',
      from: 'aLire',
      to: ['lu', 'illisible'],
      // Nothing happens outside the document: reading again is harmless.
      afterCrash: 'retry',
      pastell: 'get-pes',
      async run({ inputs: { pes }, files }, goto) {
        try {
          const read = await readRetour(files.open(pes))
          if (read.root !== 'PES_Retour')
            return goto(
              'illisible',
              {},
              `« ${pes.name} » n'est pas un PES retour : sa racine est « ${read.root} » au lieu de « PES_Retour ». Rouvrez le document et déposez le bon fichier.`,
            )
          const { nomFic, idColl, idPost, codCol, codBud } = read
          const contenu = summary(read)
          const dteStr = /^\d{4}-\d\d-\d\d$/u.test(read.dteStr) ? read.dteStr : undefined
          return goto('lu', { nomFic, idColl, idPost, codCol, codBud, dteStr, contenu }, contenu)
        } catch (error) {
          if (!(error instanceof UnreadableXml)) throw error
          return goto('illisible', {}, unreadable(pes.name))
        }
      },
    },
  },
})
