import {
  givenBack,
  pollsLeft,
  readAcquit,
  readPesAller,
  signersOf,
  simulateTrouble,
  splitName,
  xmlText,
  type FileRef,
  type PesAller,
  type TdtHelios,
} from '#core'
import { identifierOf, unknownTransaction, waiting, type TdtContext } from './settings.ts'

const place = (id: string) => `pes:${id}`
const valued = (name: string, value: string) => `<${name} V="${xmlText(value)}"/>`

/** An acquit that accepts every bordereau of a PES. */
const acquitOf = ({ nomFic, bordereaux }: PesAller): string => {
  const elements = bordereaux.map(
    ({ id, exercice }) =>
      `<ElementACQUIT>${valued('DomaineAck', '5')}${valued('EtatAck', '1')}${valued('NumBord', id)}${valued('ExerciceBord', exercice)}</ElementACQUIT>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!-- SIMULATION, sans aucune valeur -->\n<n:PES_ACQUIT xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2"><Enveloppe><Parametres>${valued('NomFic', nomFic)}</Parametres></Enveloppe><ACQUIT>${elements.join('')}</ACQUIT></n:PES_ACQUIT>\n`
}

/** Accounting flows that no treasury receives. */
export const simulatedHelios = (context: TdtContext): TdtHelios => {
  const { config, memory, files } = context
  return {
    signers: signersOf(config),
    async send({ key, pes }) {
      await simulateTrouble(context)
      const id = identifierOf(key)
      await memory.set(place(id), pes)
      return { is: 'sent', id }
    },
    async status(id, name) {
      await simulateTrouble(context)
      const pes = await memory.get<FileRef>(place(id))
      if (!pes) return unknownTransaction(id)
      const left = await pollsLeft(context, id)
      if (left !== undefined) return waiting(left)
      if (config.refus !== undefined) return { is: 'refused', reason: config.refus }
      const acquitName = `${splitName(name).base}_ACK.xml`
      const acquit =
        (await givenBack(context, config.acquit, acquitName)) ??
        (await files.save(acquitOf(await readPesAller(files.open(pes))), acquitName))
      return { is: 'answered', acquit, reading: await readAcquit(files.open(acquit)) }
    },
  }
}
