import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, grantRole, saveRole } from '#core'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { createAuthority, signPes, sampleAcquit, sampleNonAcquit, samplePes } from '#core/testing'
import { invoicePes, returnPes, signedPes } from './samples.ts'

let hub: WholeHub
beforeAll(async () => {
  hub = await startWholeHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

const proof = (login: string) => ({
  authorization: `Basic ${Buffer.from(`${login}:${HUB_PASSWORD}`).toString('base64')}`,
})
const ask = (path: string, login?: string) => fetch(`${hub.origin}${path}`, { headers: login ? proof(login) : {} })

/** A document of the town that holds this file; gives the address of its download. */
const deposited = async (bytes: Buffer | string, name = 'pes.xml'): Promise<string> => {
  const { documents, files } = hub.hub.cradle
  const file = await files.save(bytes, name)
  const { id, version } = await documents.create({ entityId: hub.town, flow: 'ls-actes', by: hub.users.agent })
  const where = { entityId: hub.town, documentId: id, version, by: hub.users.agent }
  await documents.putFile({ ...where, field: 'annexes', file })
  return `/api/v3/entites/${hub.town}/documents/${id}/fichiers/annexes/${file.sha256}`
}
const pageOf = async (bytes: Buffer | string, query = '') => {
  const answer = await ask(`${await deposited(bytes)}/vues/pes${query}`, 'agent')
  return { status: answer.status, headers: answer.headers, text: (await answer.text()).replaceAll(/\s+/gu, ' ') }
}

describe('la visionneuse est proposée', () => {
  test('pour un PES, ses acquits et ses retours, et pour rien d’autre', async () => {
    const offered = async (bytes: Buffer | string, name?: string) => {
      const answer = await ask(`${await deposited(bytes, name)}/vues`, 'agent')
      return ((await answer.json()) as { items: { id: string; label: string }[] }).items
    }
    const ours = [{ id: 'pes', label: 'Voir le PES' }]
    for (const bytes of [samplePes(), sampleAcquit({ nomFic: 'A' }), sampleNonAcquit({ nomFic: 'A' }), returnPes()])
      expect(await offered(bytes)).toEqual(ours)
    expect(await offered('<?xml version="1.0"?><facture/>')).toEqual([])
    expect(await offered('%PDF-1.4\n<PES_Aller>', 'pes.xml')).toEqual([])
    const catalogue = (await (await ask('/api/v3/visionneuses', 'agent')).json()) as object
    expect(catalogue).toMatchObject({
      items: expect.arrayContaining([{ ...ours[0], types: ['application/xml'] }]) as object[],
    })
  })
})

describe('qui peut voir', () => {
  test('est qui peut télécharger : ni un passant, ni l’administrateur de la commune voisine', async () => {
    const file = await deposited(samplePes())
    for (const path of [`${file}/vues`, `${file}/vues/pes`, `${file}/vues/pes?pj=1`]) {
      expect((await ask(path)).status, path).toBe(401)
      expect((await ask(path, 'voisin')).status, path).toBe(404)
      expect((await ask(path.replace(`/entites/${hub.town}/`, `/entites/${hub.neighbour}/`), 'voisin')).status).toBe(
        404,
      )
      expect((await ask(path, 'agent')).status, path).toBe(200)
    }
  })

  test('et qui ne lit pas ce flux ne voit rien, même dans la commune', async () => {
    const { db } = hub.hub.cradle
    await saveRole(db, { id: 'comptable', label: 'Comptable', rights: ['ls-helios:lecture'] })
    const names = { login: 'comptable', firstName: 'Dominique', lastName: 'Roux', email: 'roux@ville.example' }
    const { id } = await createUser(db, { ...names, password: HUB_PASSWORD, entityId: hub.town })
    await grantRole(db, { userId: id, entityId: hub.town, roleId: 'comptable' })
    const file = await deposited(samplePes())
    expect((await ask(file, 'comptable')).status).toBe(404)
    for (const path of [`${file}/vues`, `${file}/vues/pes`]) expect((await ask(path, 'comptable')).status).toBe(404)
  })

  test('l’empreinte du fichier d’un autre document ne donne rien, une visionneuse inconnue non plus', async () => {
    const other = (await deposited(samplePes({ nomFic: 'AUTRE' }))).split('/').at(-1) ?? ''
    const file = await deposited(samplePes())
    expect((await ask(`${file.replace(/[^/]+$/u, other)}/vues/pes`, 'agent')).status).toBe(404)
    expect((await ask(`${file}/vues/rien`, 'agent')).status).toBe(404)
  })
})

describe('la page', () => {
  test('montre l’en-tête, les totaux, les bordereaux et les pièces justificatives', async () => {
    const { status, text, headers } = await pageOf(samplePes({ bordereaux: 2 }))
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const said of [
      '<h1>PES aller</h1>',
      'Budget général de la ville',
      '15/01/2026',
      'Bordereau n° 2',
      'facture-1.pdf',
    ])
      expect(text).toContain(said)
    expect(text).toMatch(/493,80\s€/u)
    expect(text).toContain('Non signé')
  })

  test('n’exécute rien et ne fait rien venir d’ailleurs', async () => {
    const { headers, text } = await pageOf(samplePes())
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/u,
    )
    expect(text).not.toMatch(/<script|<img|<link|https?:/u)
  })

  test('laisse à l’état de texte ce que le fichier contient', async () => {
    const evil = '"><script>alert(1)</script>'
    const { text } = await pageOf(samplePes({ libelleColBud: evil }))
    expect(text).toContain('&quot;&gt;&lt;script&gt;alert(1)')
    expect(text).not.toContain('<script')
  })

  test('ne donne pas une signature déclarée pour une signature vérifiée', async () => {
    const { certificate } = createAuthority('Autorité de la ville').issueClient('Camille Durand')
    const { text } = await pageOf(signedPes(certificate))
    expect(text).toContain('1 signature à revoir sur 1.')
    for (const said of ['Camille Durand', 'Maire &amp; ordonnateur, Sète', 'Élément BORD1', 'Non vérifiable'])
      expect(text).toContain(said)
    expect(text).not.toContain('Valide')
  })

  test('dit de chaque bordereau si sa signature est valide, altérée ou absente', async () => {
    const signer = createAuthority('Autorité de la ville').issueClient('Camille Durand', {
      notBefore: new Date('2025-01-01'),
    })
    const signed = await signPes(samplePes({ bordereaux: 3 }), { signer, only: [1, 2] })
    const altered = Buffer.from(signed.toString('latin1').replace('V="2001"', 'V="2009"'), 'latin1')
    const { text } = await pageOf(altered)
    expect(text).toContain(
      'Signature valide de Camille Durand : signée le 15/01/2026 ; autorité et révocation non vérifiées.',
    )
    expect(text).toContain('le contenu a changé depuis la signature')
    const rows = text.split('Bordereau n° ').slice(1, 4)
    for (const [rank, word] of ['Valide', 'Altérée', 'Non signé'].entries()) expect(rows[rank]).toContain(word)
  })

  test('d’un élément montre ses pièces, leurs lignes et leurs tiers', async () => {
    const { text } = await pageOf(samplePes({ bordereaux: 2 }), '?element=2')
    for (const said of [
      'Mandat n° 2001',
      '01 – Mandat ordinaire',
      'Papeterie de la Forêt',
      '3 rue des Écoles 34000 Montpellier',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('Mandat n° 1001')
    expect(text).toContain('href="?piece=PJ-PESALR2_D%C3%A9monstration_001-1"')
    const invoice = await pageOf(invoicePes(), '?element=1')
    expect(invoice.text).toMatch(/Total TTC<\/dt> <dd>44,31\s€/u)
    const returned = await pageOf(returnPes(), '?element=1')
    expect(returned.text).toContain('04 – Rejeté')
    expect(returned.text).toContain('RIB absent')
  })

  test('les listes longues se lisent page par page', async () => {
    const first = await pageOf(samplePes({ bordereaux: 120 }))
    expect(first.text).toContain('120 éléments, de 1 à 50')
    expect(first.text).toContain('Page 1 sur 3')
    const last = await pageOf(samplePes({ bordereaux: 120 }), '?page=3')
    expect(last.text).toContain('120 éléments, de 101 à 120')
    expect(last.text).not.toContain('Page suivante')
  })

  test('d’un acquit, montre chaque élément et ses erreurs, pièce par pièce', async () => {
    const error = (code: string) => ({ code, label: `Anomalie ${code}` })
    const pieces = [{ number: '12', errors: [error('B')], lines: [{ number: '3', errors: [error('C')] }] }]
    const { text } = await pageOf(
      sampleAcquit({
        nomFic: 'PES_1',
        elements: [
          { bordereau: '1', exercice: '2026' },
          { bordereau: '2', exercice: '2026', domain: '6', accepted: false, errors: [error('A')], pieces },
        ],
      }),
    )
    expect(text).toContain('Accepté en partie par la trésorerie : 1 élément refusé sur 2')
    expect(text).toMatch(/Recette<\/th> <td>2026<\/td> <td>2<\/td>.*Refusé.*A – Anomalie A.*Pièce n° 12.*Ligne n° 3/u)
    expect(text).toContain('PES_1')
    expect((await pageOf(sampleNonAcquit({ nomFic: 'PES_1' }))).text).toContain('1001 – Flux non conforme au schéma')
  })

  test.each([
    ['un XML incomplet', samplePes().subarray(0, 2_000)],
    ['une entité externe', '<!DOCTYPE PES_Aller [<!ENTITY x SYSTEM "file:///etc/passwd">]><PES_Aller>&x;</PES_Aller>'],
    ['un autre XML', '<facture/>'],
  ])('%s : une phrase, et ce qu’il faut faire', async (_what, bytes) => {
    const { status, text } = await pageOf(bytes)
    expect(status).toBe(422)
    expect(text).toContain('Le fichier « pes.xml » ne peut pas être montré')
    expect(text).not.toContain('root:')
  })
})

describe('une pièce justificative', () => {
  test('se télécharge sous son nom, par son rang ou par la référence d’un mandat', async () => {
    const file = await deposited(samplePes({ pjs: 2 }))
    for (const query of ['pj=2', `piece=${encodeURIComponent('PJ-PESALR2_Démonstration_001-2')}`]) {
      const answer = await ask(`${file}/vues/pes?${query}`, 'agent')
      expect(answer.headers.get('content-type')).toBe('application/pdf')
      expect(answer.headers.get('content-disposition')).toContain('filename="facture-2.pdf"')
      expect(answer.headers.get('content-security-policy')).toContain('sandbox')
      expect(await answer.text()).toBe('%PDF-1.4\n% facture 2\n%%EOF\n')
    }
  })

  test('citée mais absente du fichier, elle est dite absente', async () => {
    const { status, text } = await pageOf(samplePes(), '?piece=inconnue')
    expect(status).toBe(422)
    expect(text).toContain('n’est pas dans ce fichier')
  })
})

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const missing = existsSync(CHROMIUM) ? '' : ' (paquet Debian chromium absent)'

describe.skipIf(missing !== '')(`dans un navigateur${missing}`, () => {
  const axe = async (page: Page): Promise<readonly string[]> => {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(source)
    return page.evaluate<string[]>('axe.run().then(r => r.violations.map(v => v.id + " " + v.nodes[0].html))')
  }

  test('chaque page se lit sans faute d’accessibilité, et ses liens mènent où ils disent', async () => {
    const { certificate } = createAuthority('Autorité').issueClient('Camille Durand')
    const pes = await deposited(signedPes(certificate, { bordereaux: 60, pjs: 2 }))
    const acquit = await deposited(sampleAcquit({ nomFic: 'A', elements: [{ accepted: false, bordereau: '1' }] }))
    const broken = await deposited('<PES_Aller>')
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic'] })
    try {
      const context = await browser.newContext({ extraHTTPHeaders: proof('agent') })
      const page = await context.newPage()
      const faults: string[] = []
      page.on('console', message => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load')) faults.push(message.text())
      })
      await page.goto(`${hub.origin}${pes}/vues/pes`)
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate('getComputedStyle(document.querySelector("section")).backgroundColor')).toBe(
        'rgb(255, 255, 255)',
      )
      await page.getByRole('link', { name: 'Page suivante' }).click()
      await page.getByText('60 éléments, de 51 à 60').waitFor()
      await page.getByRole('link', { name: 'Bordereau n° 51' }).click()
      await page.getByRole('heading', { name: 'Mandat n° 51001' }).waitFor()
      expect(await axe(page)).toEqual([])
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'facture-1.pdf' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('facture-1.pdf')
      for (const path of [acquit, broken]) {
        await page.goto(`${hub.origin}${path}/vues/pes`)
        expect(await axe(page)).toEqual([])
      }
      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  }, 90_000)
})
