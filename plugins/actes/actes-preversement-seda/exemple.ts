import { ACTES_NAMESPACE, transmissionMessage } from '#core'
import type { FlowExample, Materials } from '#core/testing'

const NAMES = ['99_DE-034-213400000-20240110-D2024-01-DE-1-1_1.pdf', 'plan.pdf'] as const
const ACTE = {
  date: '2024-01-10',
  numero: 'd2024-01',
  nature: '1',
  classification: '1.1.2',
  objet: 'Bail du marché couvert',
  papier: false,
} as const
const AR = `<?xml version="1.0" encoding="ISO-8859-1"?>
<actes:ARActe xmlns:actes="${ACTES_NAMESPACE}" actes:DateReception="2024-01-10" actes:IDActe="034-213400000-20240110-D2024_01-DE"/>`

const received = async ({ save }: Materials, names: readonly string[]) => ({
  enveloppe: await save(transmissionMessage(ACTE, { names: NAMES, version: '2023-05-01' }), 'enveloppe.xml'),
  documents: await Promise.all(names.map(name => save(`%PDF-1.4 ${name}`, name))),
  ar: await save(AR, 'ar.xml'),
})

/** An acte as another TdT transmitted it, and the same without its annexe. */
export const exemple: FlowExample = {
  departures: {
    complet: materials => received(materials, NAMES),
    'sans annexe': materials => received(materials, NAMES.slice(0, 1)),
  },
}
