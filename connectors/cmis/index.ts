import { depositConnector } from '#core'
import { checkDeposit } from './check.ts'
import { cmisFields } from './fields.ts'
import { propertiesOf, propertyLines } from './properties.ts'
import { openSession } from './session.ts'
import { cmisVolume } from './volume.ts'

export default depositConnector({
  id: 'cmis',
  version: 1,
  label: 'GED CMIS (Alfresco, Nuxeo…)',
  pastell: ['depot-cmis'],
  pace: { concurrency: 2 },
  config: cmisFields,
  replaces: 'nothing',
  volume: async (context, contents) => {
    const { config } = context
    const properties = contents ? propertiesOf(propertyLines(config.proprietes), contents) : []
    const session = await openSession(context)
    const volume = cmisVolume(session, config, properties)
    return { ...volume, check: () => checkDeposit(session, volume.location(''), config) }
  },
})
