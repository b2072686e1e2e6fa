import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

type Setting = readonly [path: string, name: string, value: string]

const SCRIPTING = '/org.openoffice.Office.Common/Security/Scripting'
const PROXY = '/org.openoffice.Inet/Settings'

/**
 * What a document must not do here: run macros, embed files of this machine or of the network through links, call the network at all
 * (everything goes to a proxy that is not there).
 */
const SETTINGS: readonly Setting[] = [
  [SCRIPTING, 'DisableMacrosExecution', 'true'],
  [SCRIPTING, 'MacroSecurityLevel', '3'],
  [SCRIPTING, 'BlockUntrustedRefererLinks', 'true'],
  [SCRIPTING, 'DisableActiveContent', 'true'],
  ['/org.openoffice.Office.Writer/Content/Update', 'Link', '0'],
  [PROXY, 'ooInetProxyType', '2'],
  [PROXY, 'ooInetHTTPProxyName', '127.0.0.1'],
  [PROXY, 'ooInetHTTPProxyPort', '9'],
  [PROXY, 'ooInetHTTPSProxyName', '127.0.0.1'],
  [PROXY, 'ooInetHTTPSProxyPort', '9'],
  ['/org.openoffice.Setup/L10N', 'ooSetupSystemLocale', 'fr-FR'],
]

const item = ([path, name, value]: Setting) =>
  `<item oor:path="${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`

/** Writes a closed profile of LibreOffice in this folder. */
export const writeProfile = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'user'), { recursive: true })
  await writeFile(
    join(folder, 'user', 'registrymodifications.xcu'),
    `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
${SETTINGS.map(item).join('\n')}
</oor:items>
`,
  )
}
