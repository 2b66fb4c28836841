module neonpanel.example/mcp

go 1.19
