import { startFakeServer } from '../testing/fake/server.ts'

/** The hub under test, and the words that its demonstration town uses. */
export interface Target {
  readonly url: string
  readonly login: string
  readonly password: string
  /** Label of the flow to create. */
  readonly flow: string
  /** Label of the box that adds the signature, title of the page it brings, selector of its remote choice. */
  readonly signatureBox: string
  readonly signaturePage: string
  readonly circuit: string
  readonly close: () => Promise<void>
}

const env = process.env

/** `PASSEUR_URL`, `PASSEUR_LOGIN` and `PASSEUR_PASSWORD` name a hub that runs; without them the fake one is started. */
export const startTarget = async (): Promise<Target> => {
  const words = {
    flow: env['PASSEUR_FLOW'] ?? 'Actes',
    signatureBox: env['PASSEUR_SIGNATURE_BOX'] ?? 'Faire signer',
    signaturePage: env['PASSEUR_SIGNATURE_PAGE'] ?? 'Parapheur',
    circuit: env['PASSEUR_CIRCUIT'] ?? '#champ-signature-circuit',
  }
  const url = env['PASSEUR_URL']
  if (url) {
    return {
      ...words,
      url,
      login: env['PASSEUR_LOGIN'] ?? '',
      password: env['PASSEUR_PASSWORD'] ?? '',
      close: async () => {},
    }
  }
  const fake = await startFakeServer({ pace: 800 })
  return { ...words, url: fake.url, login: 'agent', password: 'passeur', close: fake.close }
}
