import { createHash } from 'node:crypto'
import {
  chosenFile,
  defineConnector,
  givenBack,
  laterFields,
  localDay,
  longText,
  pollsLeft,
  simulateTrouble,
  simulationCheck,
  simulationFields,
  text,
  type FileRef,
  type SignatureStatus,
} from '#core'

interface Kept {
  readonly title: string
  readonly document: FileRef
  /** Closed folders leave this trace alone. */
  readonly closed?: true
}

const idOf = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 16)
const place = (id: string) => `dossier:${id}`

/** A signature book that exists nowhere: what is sent is signed, or refused, as the settings say. */
export default defineConnector({
  id: 'fake-parapheur',
  version: 1,
  label: 'Simulation — Parapheur',
  provides: ['signature'],
  simulation: true,
  pastell: ['fakeIparapheur'],
  config: {
    type: text('Type', {
      default: 'Document',
      pastell: 'iparapheur_type',
      help: 'Il précède le nom de chaque circuit.',
    }),
    circuits: longText('Circuits', { default: 'Signature simulée', help: 'Un par ligne.' }),
    signe: chosenFile('Document signé rendu', 'le document envoyé revient tel quel'),
    detachee: chosenFile('Signature détachée rendue', 'aucune'),
    bordereau: chosenFile('Bordereau rendu', 'un bordereau marqué « simulation »'),
    annexe: chosenFile('Annexe ajoutée dans le parapheur', 'aucune'),
    ...laterFields,
    ...simulationFields,
  },

  connect(context) {
    const { config, memory, files, clock } = context
    const slip = async (folder: Kept, outcome: string) =>
      (await givenBack(context, config.bordereau, 'bordereau.pdf')) ??
      files.save(
        `Bordereau de SIMULATION, sans aucune valeur.\n\n${folder.title}\n${folder.document.name}\n${outcome}\n`,
        'bordereau-simulation.txt',
      )
    const answer = async (folder: Kept): Promise<SignatureStatus> => {
      if (config.refus !== undefined)
        return { is: 'refused', reason: config.refus, bordereau: await slip(folder, `Refusé : ${config.refus}`) }
      const signedOn = localDay(clock.now())
      const { name } = folder.document
      const annexe = await givenBack(context, config.annexe, 'annexe-ajoutee.pdf')
      return {
        is: 'signed',
        document: (await givenBack(context, config.signe, name)) ?? folder.document,
        signature: await givenBack(context, config.detachee, `${name}.p7s`),
        annexes: annexe && [annexe],
        bordereau: await slip(folder, `Signé le ${signedOn}`),
        signedOn,
      }
    }
    const kept = async (id: string) => {
      const folder = await memory.get<Kept>(place(id))
      return folder?.closed ? undefined : folder
    }

    return {
      check: () => simulationCheck(context),
      signature: {
        async circuits() {
          await simulateTrouble(context)
          const names = config.circuits.split('\n').map(name => name.trim())
          return names.filter(Boolean).map(name => ({ value: name, label: `${config.type} / ${name}` }))
        },
        async send({ key, title, document }) {
          await simulateTrouble(context)
          await memory.set(place(idOf(key)), { title, document } satisfies Kept)
          return { is: 'sent', id: idOf(key) }
        },
        async find(key) {
          await simulateTrouble(context)
          return (await memory.get(place(idOf(key)))) === undefined ? undefined : idOf(key)
        },
        async status(id) {
          await simulateTrouble(context)
          const folder = await kept(id)
          if (!folder) return { is: 'refused', reason: `Le parapheur simulé n'a pas de dossier « ${id} ».` }
          const left = await pollsLeft(context, id)
          if (left === undefined) return answer(folder)
          return { is: 'pending', message: `En cours de signature simulée : encore ${left} interrogation(s).` }
        },
        async close(id) {
          await simulateTrouble(context)
          const folder = await kept(id)
          if (folder) await memory.set(place(id), { ...folder, closed: true } satisfies Kept)
          await memory.set(`interrogations:${id}`, undefined)
        },
      },
    }
  },
})
