import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createStampAuthority } from '../../core/testing/stamp-pki.ts'
import type { Remote } from './remotes.ts'

const NAMES = { certificat: 'horodateur.pem', cle: 'horodateur.key', autorite: 'autorite.pem' } as const

const kept = async (folder: string): Promise<boolean> => {
  const certificate = await readFile(join(folder, NAMES.certificat)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  return certificate !== undefined && new Date(new X509Certificate(certificate).validTo) > new Date()
}

/**
 * The town stamps its journal itself, with a certificate kept in a folder: `autorite.pem` is what `passeur journal verify --autorite` asks for.
 * Made there the first time.
 */
export const settleStamper = async (folder: string): Promise<Remote> => {
  if (!(await kept(folder))) {
    const authority = await createStampAuthority('Ville de Démonstration, autorité')
    const { certificate, key } = await authority.issue({ commonName: 'Horodateur de la ville' })
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, NAMES.autorite), authority.certificate)
    await writeFile(join(folder, NAMES.cle), key, { mode: 0o600 })
    await writeFile(join(folder, NAMES.certificat), certificate)
  }
  const sent = Object.entries(NAMES).map(
    async ([name, file]) => [name, (await readFile(join(folder, file))).toString('base64')] as const,
  )
  return {
    connector: 'horodatage-interne',
    label: 'Horodateur interne (démonstration)',
    config: Object.fromEntries(await Promise.all(sent)),
    serves: ['horodatage'],
  }
}
