import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { resolveAllowed } from '../../connectors/address-guard.ts'
import { openS3 } from './client.ts'
import type { S3Settings } from './settings.ts'
import { createS3Simulator } from './simulator.ts'

const MB = 1024 * 1024
const network = { resolve: (host: string) => resolveAllowed(host, ['127.0.0.0/8']) }

test('un objet trop grand pour une copie est copié par morceaux, et un morceau refusé ne laisse rien derrière lui', async () => {
  const simulator = await createS3Simulator()
  const settings = { chiffrement: 'aucun', ...simulator.config } as unknown as S3Settings
  const volume = await openS3(settings, '', network, { largestCopy: 6 * MB, copiedPart: 5 * MB })
  try {
    const content = Buffer.alloc(12 * MB + 5, 'Passeur')
    await volume.write('a', Readable.from(content, { objectMode: false }), content.length)
    simulator.faults.plan({ kind: 'status', status: 503 }, { on: /^PUT \/depots\/b/u })
    await expect(volume.rename('a', 'b')).rejects.toThrow('ralentir')
    expect(simulator.count('envoi')).toBe(0)
    expect(await volume.rename('a', 'b')).toBe('renamed')
    expect((await buffer(await volume.read('b'))).equals(content)).toBe(true)
    expect(Object.keys(simulator.contents())).toEqual(['b'])
    await volume.write('c', Readable.from(content, { objectMode: false }), undefined)
    expect(await volume.rename('c', 'b')).toBe('exists')
  } finally {
    await volume.close()
    await simulator.close()
  }
})
