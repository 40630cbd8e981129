import app from '@adonisjs/core/services/app'
import edge from 'edge.js'

// Edge reads its folders of components again for every page that it renders, in production too.
if (app.inProduction) {
  const components = edge.loader.listComponents()
  edge.loader.listComponents = () => components
}
