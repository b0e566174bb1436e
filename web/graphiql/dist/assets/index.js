import{r as e}from"./rolldown-runtime.js";import{_ as t,a as n,c as r,d as i,f as a,g as o,h as s,i as c,l,m as u,n as d,o as f,p,r as m,s as h,t as g,u as _}from"./vendor.js";function v(e){return new Worker(`/graphiql/assets/worker.js`,{type:`module`,name:e?.name})}globalThis.MonacoEnvironment={getWorker:(e,t)=>new v({name:t})};var y=e(s(),1),b=u(),x=(e,t)=>new Date(t.getTime()-e*864e5).toISOString().slice(0,10),S=[{title:`Days of the machines, with all they hold`,query:`# Ctrl-Enter runs it, Ctrl-Space completes.
# Seconds, fractions, UTC, and dates of the plant.
query Day($names: [String!], $from: Date) {
  machines(filter: { names: $names }) {
    name
    sessions(filter: { from: $from }, first: 30) {
      nodes {
        id
        date
        status
        totalPieces
        revision
        observed {
          spanSeconds
          waitSeconds
          stopSeconds
          effectiveSeconds
          occupancyRate
          piecesPerHour
        }
        timeline {
          state
          startedAt
          endedAt
          pieces
        }
        jobs {
          reference
          lengthMm
          colour
          startedAt
          pieces
        }
        anomalies {
          kind
          at
          message
        }
      }
    }
  }
}
`,variables:e=>({from:x(1,e)})},{title:`A page of sessions, the busiest first`,query:`# The next page: endCursor as the variable "after".
query Page($after: String) {
  sessions(
    filter: { types: [PVC] }
    orderBy: { field: OCCUPANCY, direction: DESC }
    first: 20
    after: $after
  ) {
    totalCount
    nodes {
      id
      date
      machine {
        name
      }
      observed {
        occupancyRate
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,variables:()=>({after:null})},{title:`TRS of the machines, and where the time went`,query:`# A figure without its input is null: "missing" says which.
query Trs($from: Date, $to: Date) {
  machines {
    name
    state
    stateSince
    statistics(from: $from, to: $to) {
      trs {
        trs
        availability
        performance
        quality
        missing
      }
      mtbfSeconds
    }
  }
  lossPareto(filter: { from: $from, to: $to }) {
    kind
    reason {
      label
    }
    seconds
    share
    occurrences
  }
}
`,variables:e=>({from:x(30,e),to:x(0,e)})},{title:`Statistics by machine and week`,query:`query Statistics($from: Date, $to: Date) {
  statistics(filter: { from: $from, to: $to }, groupBy: [MACHINE, WEEK]) {
    machine {
      name
    }
    week
    sessions
    totalPieces
    scrapPieces
    trs {
      trs
      trg
      tre
      cycleSource
      qualitySource
      calendarSource
      missing
    }
  }
}
`,variables:e=>({from:x(90,e),to:x(0,e)})},{title:`Orders`,query:`# "search" looks in number, job site and customer.
query Orders($search: String, $from: Date, $after: String) {
  orders(filter: { search: $search, from: $from }, first: 50, after: $after) {
    totalCount
    nodes {
      number
      extension
      status
      jobSite
      plannedAt
      accessories {
        code
        quantity
      }
      operations {
        number
        at
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,variables:()=>({search:null,from:null,after:null})},{title:`How the synchronisation gets on (subscription)`,query:`# First the latest run as it stands, then each step.
# The mutation syncNow starts one.
subscription SyncProgress {
  syncProgress {
    id
    source
    status
    progress
    filesSeen
    filesRead
    sessionsCreated
    sessionsUpdated
    error
  }
}
`},{title:`Sessions that grow (subscription)`,query:`# "after": the highest revision you have.
# What came since is told first: nothing is missed.
subscription SessionUpdated($after: Long) {
  sessionUpdated(afterRevision: $after) {
    id
    revision
    status
    totalPieces
    machine {
      name
    }
  }
}
`,variables:()=>({after:null})},{title:`What the machines do (subscription)`,query:`subscription MachineStateChanged {
  machineStateChanged {
    name
    state
    stateSince
  }
}
`}];function C({query:e,variables:t},n){return{query:e,variables:t?JSON.stringify(t(n),null,2):``}}var w=p(),T=`One moment …`;function E({session:e,busy:t}){let[n,r]=(0,y.useState)(``),[i,a]=(0,y.useState)(``),o=(0,y.useRef)(null);return(0,w.jsxs)(`form`,{className:`atelier-group`,"aria-label":`Sign in`,onSubmit:async t=>{t.preventDefault(),await e.signIn(n,i)||o.current?.select()},children:[(0,w.jsxs)(`label`,{children:[`User name`,(0,w.jsx)(`input`,{name:`username`,autoComplete:`username`,autoCapitalize:`none`,spellCheck:!1,required:!0,value:n,onChange:e=>r(e.target.value)})]}),(0,w.jsxs)(`label`,{children:[`Password`,(0,w.jsx)(`input`,{ref:o,name:`password`,type:`password`,autoComplete:`current-password`,required:!0,value:i,onChange:e=>a(e.target.value)})]}),(0,w.jsx)(`button`,{type:`submit`,className:`atelier-main-button`,disabled:t,children:`Sign in`})]})}async function D(e){try{return await navigator.clipboard.writeText(e),!0}catch{let t=document.createElement(`textarea`);t.value=e,document.body.append(t),t.select();let n=document.execCommand(`copy`);return t.remove(),n}}function O({session:e,token:t}){let[n,r]=(0,y.useState)(t),[i,a]=(0,y.useState)(!1),[o,s]=(0,y.useState)(``),c=(0,y.useId)();(0,y.useEffect)(()=>r(t),[t]),(0,y.useEffect)(()=>{if(!o)return;let e=setTimeout(()=>s(``),2e3);return()=>clearTimeout(e)},[o]);let l=n=>{n.trim()!==t&&e.useToken(n)};return(0,w.jsxs)(`div`,{className:`atelier-group`,role:`group`,"aria-label":`Token`,children:[(0,w.jsx)(`label`,{htmlFor:c,children:`Token`}),(0,w.jsx)(`input`,{id:c,className:`atelier-token`,type:i?`text`:`password`,autoComplete:`off`,"data-1p-ignore":``,spellCheck:!1,placeholder:`or paste one: atl_… or a JWT`,title:`Sent as Authorization: Bearer … with every request. Enter takes what was changed.`,value:n,onChange:e=>r(e.target.value),onBlur:()=>l(n),onPaste:e=>{n||(e.preventDefault(),l(e.clipboardData.getData(`text`)))},onKeyDown:i=>{i.key===`Enter`&&e.useToken(n),i.key===`Escape`&&r(t)}}),(0,w.jsx)(`button`,{type:`button`,"aria-pressed":i,onClick:()=>a(!i),disabled:!n,children:i?`Hide`:`Show`}),(0,w.jsx)(`button`,{type:`button`,onClick:async()=>s(await D(t)?`Copied`:`Not copied`),disabled:!t,children:(0,w.jsx)(`span`,{"aria-live":`polite`,children:o||`Copy`})})]})}function k({editors:e}){let t=(0,y.useRef)(!1);return(0,w.jsxs)(r,{children:[(0,w.jsxs)(r.Button,{className:`atelier-button`,children:[`Examples `,(0,w.jsx)(l,{"aria-hidden":`true`})]}),(0,w.jsx)(r.Content,{className:`atelier-examples`,onCloseAutoFocus:n=>{t.current&&(t.current=!1,n.preventDefault(),e.focus())},children:S.map(n=>(0,w.jsx)(r.Item,{onSelect:()=>{t.current=!0,e.open(n)},children:n.title},n.title))})]})}function A({status:e,message:t}){return t||(e===`none`?`Sign in to see the schema and to run queries.`:e===`checking`?T:``)}var j=(e,t)=>e.startsWith(`atl_`)?`API token`:t.role;function M({session:e,state:t,editors:n}){let{status:r,token:i,user:a}=t,o=A(t);return(0,w.jsxs)(`header`,{className:`atelier-bar`,children:[(0,w.jsxs)(`div`,{className:`atelier-row`,children:[(0,w.jsxs)(`h1`,{children:[`Atelier `,(0,w.jsx)(`span`,{children:`GraphiQL`})]}),(0,w.jsx)(k,{editors:n}),(0,w.jsx)(`div`,{className:`atelier-space`}),r===`in`?(0,w.jsxs)(`div`,{className:`atelier-group`,children:[(0,w.jsxs)(`span`,{children:[(0,w.jsx)(`strong`,{children:a.username}),` `,(0,w.jsx)(`span`,{className:`atelier-role`,children:j(i,a)})]}),(0,w.jsx)(`button`,{type:`button`,onClick:()=>e.signOut(),children:`Sign out`})]}):(0,w.jsx)(E,{session:e,busy:r===`checking`}),(0,w.jsx)(O,{session:e,token:i})]}),(0,w.jsx)(`p`,{role:`status`,className:t.message?`atelier-status atelier-warning`:`atelier-status`,children:o})]})}var N=(0,y.createContext)(!1);function P(){return(0,y.useContext)(N)?(0,w.jsx)(h,{}):(0,w.jsx)(`p`,{className:`atelier-hint`,children:`Sign in to see the schema.`})}var F={...n,content:P},I=[F,m];function L(){let{stop:e}=a();return(0,y.useEffect)(()=>e,[e]),null}function R(){let{setTheme:e}=a(),t=i(e=>e.theme);return(0,y.useEffect)(()=>{if(t)return;let n=matchMedia(`(prefers-color-scheme: dark)`),r=()=>e(null);return n.addEventListener(`change`,r),()=>n.removeEventListener(`change`,r)},[t,e]),null}function z(){let{addTab:e,stop:t}=a(),{queryEditor:n,variableEditor:r}=i(e=>({queryEditor:e.queryEditor,variableEditor:e.variableEditor}));return{open(i){let{query:a,variables:o}=C(i,new Date);t(),n?.getValue().trim()&&e(),n?.setValue(a),r?.setValue(o)},focus:()=>n?.focus()}}function B({session:e,state:t}){return(0,w.jsxs)(`div`,{className:`atelier-page`,children:[(0,w.jsx)(M,{session:e,state:t,editors:z()}),(0,w.jsx)(`main`,{className:`atelier-main`,children:(0,w.jsx)(d,{showPersistHeadersSettings:!1,defaultEditorToolsVisibility:`variables`,children:(0,w.jsx)(g.Logo,{children:(0,w.jsx)(`span`,{})})})})]})}function V({session:e,fetcher:t,storage:n}){let r=(0,y.useSyncExternalStore)(e.subscribe,e.get),i=r.status===`in`;return(0,w.jsx)(N,{value:i,children:(0,w.jsx)(_,{fetcher:t,storage:n,schema:i?void 0:null,schemaDescription:!0,inputValueDeprecation:!0,shouldPersistHeaders:!1,plugins:I,referencePlugin:F,children:(0,w.jsx)(c,{children:(0,w.jsxs)(f,{children:[(0,w.jsx)(L,{}),(0,w.jsx)(R,{}),(0,w.jsx)(B,{session:e,state:r})]})})},r.seat)})}var H=`There is no connection to the server, or it was lost.`,U=(e,t)=>({errors:[{message:e,...t&&{extensions:t}}]});function W(e){if(Array.isArray(e))return{errors:e};if(typeof e?.code==`number`){let{code:t,reason:n}=e;return U(n||(t===1006?H:`The server closed the connection.`),{closeCode:t})}return e?.type===`error`?U(H):U(e?.message||`The subscription failed.`)}async function G(e){let t=await e.text(),n;try{n=JSON.parse(t)}catch{return U(`The server answered with status ${e.status}, and not with JSON.`,{status:e.status,...t&&{body:t.slice(0,2e3)}})}if(n&&typeof n==`object`&&(`data`in n||`errors`in n))return n;let r=e.headers.get(`retry-after`);return U(n?.error_description||n?.message||n?.error||`The server answered with status ${e.status}.`,{status:e.status,...r&&{retryAfter:r},body:n})}function K({token:e,fetch:t,createClient:n,subscriptionUrl:r}){function i(n,r,i){let a=new AbortController;return(async()=>{try{let o=await e(),s=await t(`/graphql`,{method:`POST`,headers:{accept:`application/graphql-response+json, application/json;q=0.9`,"content-type":`application/json`,...o&&{authorization:`Bearer ${o}`},...r},body:JSON.stringify(n),signal:a.signal});i.next(await G(s))}catch{a.signal.aborted||i.next(U(`The server cannot be reached.`))}i.complete()})(),()=>a.abort()}function a(t,i,a){let o=n({url:r,connectionParams:async()=>{let t=await e();return{...t&&{Authorization:`Bearer ${t}`},...i}},retryAttempts:0}),s=o.subscribe(t,{next:e=>a.next(e),error(e){a.next(W(e)),a.complete()},complete:()=>a.complete()});return()=>{s(),o.dispose()}}return(e,t)=>({subscribe(n){return{unsubscribe:((t?.documentAST&&o(t.documentAST,e.operationName))?.operation===`subscription`?a:i)(e,t?.headers,n)}}})}var q=6e4,J=5e3,ee=6e4,te=300,ne=2**31-1,Y=`atelier:session`,X=`The server cannot be reached.`,Z={status:`none`,token:``,refreshToken:null,endsAt:null,id:null,user:null,message:``,seat:0};function re({fetch:e,storage:t,now:n,setTimer:r,clearTimer:i,randomId:a,channel:o}){let s=Z,c=null,l=J,u=null,d=0,f=new Set,p=a();function m(e){s={...s,...e};let{token:n,refreshToken:r,endsAt:i,id:a}=s;try{n?t.setItem(Y,JSON.stringify({token:n,refreshToken:r,endsAt:i,id:a})):t.removeItem(Y)}catch{}for(let e of f)e()}function h(e=``){d+=1,u=null,i(c),m({...Z,message:e,seat:s.seat+ +!!s.token})}async function g(t){let r,i;try{r=await e(`/token`,{method:`POST`,headers:{"content-type":`application/x-www-form-urlencoded`,accept:`application/json`},body:new URLSearchParams(t).toString()})}catch{return{failed:X,final:!1}}try{i=await r.json()}catch{i={}}if(r.ok&&i.access_token)return{token:i.access_token,refreshToken:i.refresh_token??null,endsAt:i.expires_in?n()+i.expires_in*1e3:null};let a=Number(r.headers?.get(`retry-after`))*1e3;return{failed:i.error_description||i.error||`The server answered with status ${r.status}.`,final:r.status>=400&&r.status<500&&r.status!==408&&r.status!==429,wait:a>0?a:0}}async function _(t,n,r){let i,a;try{i=await e(`/graphql`,{method:`POST`,headers:{"content-type":`application/json`,accept:`application/json`,authorization:`Bearer ${r}`},body:JSON.stringify({query:t,variables:n})}),a=await i.text()}catch{throw Error(X)}let o;try{o=JSON.parse(a)}catch{o=null}if(o?.data&&!o.errors)return o.data;let s=o?.errors?.[0]?.message||o?.error_description||o?.error;throw Error(s||`The server answered with status ${i.status}.`)}async function v(){let e=d;m({status:`checking`,user:null,message:``});let t;try{let{me:e}=await _(`{ me { username role } }`,void 0,await w());t={status:`in`,user:e}}catch(e){t={status:`refused`,message:e.message}}e===d&&m(t)}function y(e){i(c),c=r(()=>C(),Math.min(Math.max(e,0),ne))}function b(){i(c),s.refreshToken&&s.endsAt&&y(x()-n())}function x(){return s.endsAt-Math.min(q,(s.life??2*q)/2)}function S(e){l=J,m({...e,life:e.endsAt?e.endsAt-n():null}),b()}function C(){return s.refreshToken?(u??=(async()=>{let e=d,t=await g({grant_type:`refresh_token`,refresh_token:s.refreshToken});e===d?(u=null,t.failed?t.final?h(t.failed):(m({message:`The token could not be renewed: ${t.failed}`}),y(t.wait||l),l=Math.min(l*2,ee)):(S(t),s.status===`in`&&m({message:``}),s.status===`refused`&&v())):t.failed||T(t).catch(()=>{})})(),u):Promise.resolve()}async function w(){return s.refreshToken&&s.endsAt&&n()>=x()&&(await(k??Promise.resolve()),await C()),s.token}async function T({token:e,refreshToken:t,endsAt:r}){if(t){if(r&&n()>=r){let n=await g({grant_type:`refresh_token`,refresh_token:t});if(n.failed)throw Error(n.failed);({token:e,refreshToken:t}=n)}await _(`mutation ($token: String!) { logout(refreshToken: $token) }`,{token:t},e)}}async function E(e,t){let n=++d,r=s;i(c),m({status:`checking`,message:``});let o=await g({grant_type:`password`,username:e,password:t});return n===d?o.failed?(m({...r,status:r.status===`checking`?`refused`:r.status,message:o.failed}),b(),!1):(u=null,T(r).catch(()=>{}),S({...o,id:a()}),await v(),!0):!1}async function D(e){let t=e.trim().replace(/^(authorization:\s*)?bearer\s+/i,``);if(t!==s.token){let e=s;h(),T(e).catch(()=>{}),t&&m({token:t})}t&&await v()}async function O(){let e=s;h();try{await T(e)}catch(e){s.status===`none`&&m({message:`Signed out here, but the server does not know: ${e.message}`})}}let k=null;function A(){o&&s.refreshToken&&(k=new Promise(e=>{o.postMessage({claim:s.id,tab:p}),r(e,te)}).then(()=>{k=null,b()}))}o&&(o.onmessage=({data:e})=>{s.id&&e.tab!==p&&(e.claim===s.id&&s.refreshToken&&o.postMessage({taken:s.id,by:e.tab,tab:p}),e.taken===s.id&&e.by===p&&m({refreshToken:null,message:`This tab is a copy of another: sign in here too, to stay longer than its token.`}))});function j(){let e;try{e=JSON.parse(t.getItem(Y))}catch{e=null}e?.token&&(m({...Z,...e,life:null}),A(),k||b(),v())}return j(),{get:()=>s,subscribe(e){return f.add(e),()=>f.delete(e)},signIn:E,useToken:D,signOut:O,freshToken:w}}var ie=/^graphiql:(theme|favorites|visiblePlugin|\w*Flex)$/;function ae({local:e,session:t}){let n=n=>ie.test(n)?e:t;return{getItem:e=>n(e).getItem(e),setItem:(e,t)=>n(e).setItem(e,t),removeItem:e=>n(e).removeItem(e),get length(){return e.length+t.length},clear(){for(let n of[e,t])for(let e of Object.keys(n))e.startsWith(`graphiql:`)&&n.removeItem(e)}}}function oe(e,{query:t,variables:n}){e.getItem(`graphiql:tabState`)||(e.setItem(`graphiql:query`,t),e.setItem(`graphiql:variables`,n))}var Q=re({fetch:(...e)=>fetch(...e),storage:sessionStorage,now:()=>Date.now(),setTimer:(e,t)=>setTimeout(e,t),clearTimer:e=>clearTimeout(e),randomId:()=>Array.from(crypto.getRandomValues(new Uint32Array(4)),e=>e.toString(36)).join(`-`),channel:new BroadcastChannel(`atelier:session`)}),se=K({token:Q.freshToken,fetch:(...e)=>fetch(...e),createClient:t,subscriptionUrl:`${location.protocol===`https:`?`wss:`:`ws:`}//${location.host}/graphql`}),$=ae({local:localStorage,session:sessionStorage});oe($,C(S[0],new Date)),(0,b.createRoot)(document.getElementById(`root`)).render((0,w.jsx)(V,{session:Q,fetcher:se,storage:$}));