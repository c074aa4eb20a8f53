" Made by docs/write_syntax.py.
if exists('b:current_syntax')
  finish
endif
syntax iskeyword @,48-57,_,-
syntax case match
syntax match slaRules20Delimiter ~\v[{}()\[\],]~
syntax match slaRules19Operator ~\v\=\=|!\=|\<\=|\>\=|\<|\>~
syntax match slaRules17Identifier ~\v<[A-Z][A-Za-z0-9_/+-]*~
syntax match slaRules16Number ~\v[+-]?<[0-9]+>~
syntax match slaRules15Number ~\v<[0-9]+\.[0-9]+>~
syntax match slaRules14Number ~\v<%([0-9]+bd|%([0-9]+[wdhms])+)>~
syntax match slaRules13Number ~\v[0-9]+(\.[0-9]+)?\%~
syntax match slaRules12Number ~\v<[0-9]{2}-[0-9]{2}>~
syntax match slaRules11Number ~\v[0-9]{2}:[0-9]{2}(:[0-9]{2}|-[0-9]{2}:[0-9]{2})?~
syntax match slaRules10Number ~\v<[0-9]{4}-[0-9]{2}>~
syntax match slaRules9Number ~\v<[0-9]{4}-[0-9]{2}-[0-9]{2}>~
syntax match slaRules8Keyword ~\v<%(above|account-manager|acknowledged|affects|alias|announced|assignee|at|before|below|breach|breached|breaches|by|calendar|cancelled|cap|channel|chat|check|closed|compliance|continues|country|credits|customer|day|decides|default|due|each|easter|email|env|escalate|escalation|every|everybody|excludes|excluding|expect|field|file|flag|for|format|from|group|holidays|hours|if|ignored|include|including|kind|language|lead|like|limit|mail|maintenance|management|member|met|metric|month|months|notify|number|observed|of|on|only|open|outage|over|override|past|pause|paused|pays|per|person|portal|priorities|priority|quarter|raise|reason|reassign|renegotiation|reopen|repeat|report|resolved|restarts|resumes|retainer|rule-edits|running|scenario|secret|senior|service|set|share|show|skip|source|start|statuses|stop|stops|subdivision|tag|target|team|text|through|ticket|tier|to|until|up|uptime|url|via|waiting|warn|warning|webhook|week|when|window|with|within|working|yearly|zone)>~
syntax match slaRules7Constant ~\v<%(always|false|never|no|nobody|nothing|true|yes)>~
syntax match slaRules6Operator ~\v<%(and|in|is|matches|not|or)>~
syntax match slaRules5Constant ~\v<%(mon|tue|wed|thu|fri|sat|sun)(-%(mon|tue|wed|thu|fri|sat|sun))?>~
syntax match slaRules4Structure ~\v^%(language|include|priorities|statuses|field|person|team|channel|holidays|calendar|metric|default|tier|pause|escalation|group|customer|service|maintenance|credits|renegotiation|report|check|scenario)([a-z0-9-])@!~
syntax match slaRules3Error ~\v"%([^"\\]|\\.)*$~
syntax match slaRules2String ~\v"%([^"\\]|\\.)*"~
syntax match slaRules1Comment ~\v#(#)@!.*~
syntax match slaRules0SpecialComment ~\v##.*~
highlight default link slaRules20Delimiter Delimiter
highlight default link slaRules19Operator Operator
highlight default link slaRules17Identifier Identifier
highlight default link slaRules16Number Number
highlight default link slaRules15Number Number
highlight default link slaRules14Number Number
highlight default link slaRules13Number Number
highlight default link slaRules12Number Number
highlight default link slaRules11Number Number
highlight default link slaRules10Number Number
highlight default link slaRules9Number Number
highlight default link slaRules8Keyword Keyword
highlight default link slaRules7Constant Constant
highlight default link slaRules6Operator Operator
highlight default link slaRules5Constant Constant
highlight default link slaRules4Structure Structure
highlight default link slaRules3Error Error
highlight default link slaRules2String String
highlight default link slaRules1Comment Comment
highlight default link slaRules0SpecialComment SpecialComment
let b:current_syntax = 'sla-rules'
