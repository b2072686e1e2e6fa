import { choice, defineStep, flag } from '#core'
import { TYPES_PIECE } from '../champs.ts'

type Line = Readonly<Record<string, unknown>>

const BOXES = ['envoiSignature', 'envoiMailsec', 'envoiGed', 'envoiSae'] as const

/** The line of the settings about this type of piece. */
const lineOf = (settings: Readonly<Record<string, unknown>>, type: string): Line | undefined => {
  const { types } = settings
  const lines = Array.isArray(types) ? (types as readonly Line[]) : []
  return lines.find(line => String(line['type']).trim() === type)
}

/** What the settings write in the document, as texts. */
const textsOf = (line: Line, route: 'chosen' | 'open', circuit: unknown): Readonly<Record<string, string>> => ({
  ...(typeof line['libelle'] === 'string' ? { libellePiece: line['libelle'] } : {}),
  ...(route === 'open' ? Object.fromEntries(BOXES.flatMap(box => (line[box] === true ? [[box, 'true']] : []))) : {}),
  ...(typeof line['circuit'] === 'string' && circuit === undefined ? { 'signature.circuit': line['circuit'] } : {}),
})

/**
 * Gives a piece the route settled for its type (`flows/marches.md`, Private behaviour), unless the agent has chosen one. A step of
 * `piece-marche` alone: it writes the fields of that flow.
 */
export const affectationPiece = defineStep({
  id: 'affectationPiece',
  label: 'Affectation',
  needs: 'reglages',
  optional: true,
  inputs: {
    type: choice('Type de pièce', TYPES_PIECE, { required: true }),
    envoiSignature: flag('Signature'),
    envoiMailsec: flag('Mail sécurisé'),
    envoiGed: flag('Dépôt en GED'),
    envoiSae: flag('Archivage'),
  },
  fields: {},
  initial: 'aAffecter',
  states: {
    aAffecter: { label: "Préparation de l'affectation", pastell: 'importation' },
    affecte: { label: 'Cheminement décidé', ends: 'next', pastell: 'affectation-orientation' },
    aCompleter: {
      label: 'Formulaire à compléter',
      help: 'Le paramétrage ne dit rien de ce type de pièce, ou laisse le formulaire incomplet : la phrase affichée le précise. « Rouvrir », cochez le cheminement et complétez, puis « Envoyer ».',
      ends: 'stop',
      deletable: true,
      pastell: 'erreur-orientation',
    },
  },
  tasks: {
    affecter: {
      label: 'Appliquer le paramétrage du type de pièce',
      from: 'aAffecter',
      to: ['affecte', 'aCompleter'],
      // Nothing happens outside the document: reading the settings again is harmless.
      afterCrash: 'retry',
      pastell: 'affectation',
      async run({ inputs, connectors, document }, goto) {
        const chosen = BOXES.some(box => inputs[box])
        const settings = await connectors.reglages?.lire()
        const line = settings && lineOf(settings, inputs.type)
        const type = TYPES_PIECE[inputs.type]
        if (!line)
          return settings === undefined || chosen
            ? goto('affecte', {}, chosen ? 'Cheminement choisi par l’agent' : 'Aucun paramétrage : aucune étape')
            : goto(
                'aCompleter',
                {},
                `Le paramétrage ne dit rien du type « ${type} » : « Rouvrir », cocher le cheminement et envoyer, ou prévenir l'administrateur.`,
              )
        const held = (await document.contents()).values
        const texts = textsOf(line, chosen ? 'chosen' : 'open', held['signature.circuit'])
        const { values, problems } = document.edited(texts)
        return problems.length > 0
          ? {
              ...goto('aCompleter', {}, `${problems.join(' ')} « Rouvrir », compléter, puis « Envoyer ».`),
              edits: values,
            }
          : { ...goto('affecte', {}, `Paramétrage du type « ${type} » appliqué`), edits: values }
      },
    },
  },
})
